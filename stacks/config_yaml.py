"""Reading a configuration file: YAML whose keys stand once each."""

from pathlib import Path
from typing import Any

import yaml

from stacks.config_errors import ConfigError


def read_yaml(path: Path, name: str) -> dict[str, Any]:
    """The keys and values of the file, which errors call `name`. Raises ConfigError, with the line."""
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _OnceEach)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{name}{where} is not YAML: {error.problem or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name} is not YAML: {error}") from None
    except _Twice as twice:
        raise ConfigError(f"{name}, line {twice}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"{name} holds no keys with values: it begins with `kafka:`, say")
    return values


class _Twice(Exception):
    """A key that stands twice; YAML's own reading would silently keep the second."""


class _OnceEach(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                line = key.start_mark.line + 1
                if key.value in lines:
                    raise _Twice(f"{line}: {key.value} stands twice, first in line {lines[key.value]}")
                lines[key.value] = line
        return super().construct_mapping(node, deep)
