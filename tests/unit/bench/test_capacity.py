"""The size model of write units, by the examples of DynamoDB's documentation and by cases of our own items."""

import pytest

from bench.capacity import INDEX, TABLE, TIMELINE, ModelledCalls, index_units, item_size, units_of_size
from live_viewers.dynamodb.statements import insert_statement, update_statement

KEY = {"viewer_id": {"S": "v"}, "sk": {"S": "session#s"}}


def attributes(
    packed: int = 100, lk: int | None = 600, status: str = "WATCHING_VIDEO", hour: int = 490_000
) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {
        "r": {"B": b"x" * packed},
        "s": {"S": status},
        "u": {"N": "29000000"},
        "h": {"N": str(hour)},
        "ttl": {"N": "1790000000"},
    }
    return found if lk is None else {**found, "lp": {"S": "live#1"}, "lk": {"N": str(lk)}}


def create(calls: ModelledCalls, **given: object) -> str | None:
    item = {**KEY, "v": {"N": "1"}, **attributes(**given)}  # type: ignore[arg-type]
    return calls.execute([insert_statement("t", item)])[0]


def store_with_a_session(**given: object) -> ModelledCalls:
    calls = ModelledCalls()
    create(calls, **given)
    calls.units.clear()
    return calls


def update(calls: ModelledCalls, read_version: int = 1, leaves: bool = False, **given: object) -> str | None:
    changed = {"v": {"N": str(read_version + 1)}, **attributes(**given)}  # type: ignore[arg-type]
    statement = update_statement("t", KEY, changed, ("lp", "lk") if leaves else (), read_version)
    return calls.execute([statement])[0]


@pytest.mark.parametrize(("size", "units"), [(1, 1), (1024, 1), (1025, 2), (3072, 3)])
def test_a_unit_is_a_begun_kilobyte(size: int, units: int) -> None:
    assert units_of_size(size) == units


def test_names_and_values_make_the_size() -> None:
    assert item_size({"é": {"S": "ab"}, "n": {"N": "1234"}, "b": {"B": b"12345"}}) == (2 + 2) + (1 + 3) + (1 + 5)


def test_a_new_session_is_an_item_in_the_table_and_in_both_indexes() -> None:
    calls = ModelledCalls()

    assert create(calls) is None

    assert calls.units == {TABLE: 1, INDEX: 2}


def test_a_ping_that_keeps_its_place_in_the_index_costs_one() -> None:
    calls = store_with_a_session()

    assert update(calls) is None
    assert (calls.units[TABLE], calls.units[INDEX]) == (1, 0)


@pytest.mark.parametrize(
    ("changed", "units"),
    [
        ({"lk": 1200}, 2),
        ({"status": "PAUSED_VIDEO"}, 1),
        ({"lk": None}, 1),
        ({"hour": 490_001}, 2),
        ({}, 0),
    ],
)
def test_the_index_pays_twice_for_a_move_and_once_for_the_rest(changed: dict[str, object], units: int) -> None:
    assert index_units(attributes(), attributes(**changed)) == units  # type: ignore[arg-type]


def test_a_lost_write_is_paid_for() -> None:
    calls = store_with_a_session()

    assert update(calls, read_version=7) == "ConditionalCheckFailed"
    assert (calls.lost, calls.units[TABLE]) == (1, 1)


def test_a_large_item_stays_dear_when_it_shrinks() -> None:
    calls = store_with_a_session(packed=1500)

    update(calls)

    assert calls.units[TABLE] == 2


def test_a_session_that_leaves_the_index_is_gone_from_it() -> None:
    calls = store_with_a_session()

    update(calls, leaves=True, lk=None)

    assert "lp" not in calls.items["v", "session#s"]
    assert calls.units[INDEX] == 1


def test_two_that_create_the_same_session_don_t_both_win() -> None:
    calls = store_with_a_session()

    assert create(calls) == "DuplicateItem"
    assert (calls.lost, calls.units[TABLE]) == (1, 1)


def test_rows_are_counted_apart() -> None:
    calls = ModelledCalls()

    calls.put([{"viewer_id": {"S": "v"}, "sk": {"S": "event#1#e"}, "d": {"B": b"x" * 1100}}])

    assert calls.units == {TIMELINE: 2}
