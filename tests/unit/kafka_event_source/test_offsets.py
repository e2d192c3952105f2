"""Commits: the newest position, one request at a time, failures again, nothing for partitions given away."""

import pytest

from kafka_event_source import offsets
from kafka_event_source.offsets import OffsetCommitter
from kafka_event_source.record import Partition

Sent = list[dict[Partition, int]]
P0, P1 = Partition("events", 0), Partition("events", 1)


@pytest.fixture
def sent() -> Sent:
    return []


@pytest.fixture
def committer(sent: Sent) -> OffsetCommitter:
    return OffsetCommitter(lambda waiting: sent.append(dict(waiting)))


def test_one_commit_is_under_way_at_a_time_and_the_next_has_the_newest(
    committer: OffsetCommitter, sent: Sent
) -> None:
    committer.begin(P0, 5, committed=True)
    committer.mark(P0, 6)
    committer.flush()
    committer.mark(P0, 7)
    committer.mark(P0, 9)
    committer.flush()
    assert sent == [{P0: 6}]
    committer.finished({P0: 6})
    committer.flush()
    assert sent == [{P0: 6}, {P0: 9}]
    assert committer.committed(P0) == 6


def test_a_position_never_goes_back(committer: OffsetCommitter, sent: Sent) -> None:
    committer.begin(P0, 5, committed=True)
    committer.mark(P0, 9)
    committer.mark(P0, 7)
    assert committer.position(P0) == 9


def test_the_first_position_of_a_new_group_is_committed(committer: OffsetCommitter, sent: Sent) -> None:
    committer.begin(P0, 5, committed=False)
    committer.flush()
    assert sent == [{P0: 5}]


def test_a_failed_commit_is_sent_again(
    committer: OffsetCommitter, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offsets, "RETRY_AFTER_S", 0.0)
    committer.begin(P0, 5, committed=True)
    committer.mark(P0, 6)
    committer.flush()
    committer.finished({}, failed=True)
    committer.flush()
    assert sent == [{P0: 6}, {P0: 6}]


def test_a_commit_without_an_outcome_is_sent_again(
    committer: OffsetCommitter, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offsets, "LOST_AFTER_S", -1.0)
    committer.begin(P0, 5, committed=True)
    committer.mark(P0, 6)
    committer.flush()
    committer.flush()
    assert len(sent) == 2


def test_a_released_partition_is_committed_once_and_then_left_alone(
    committer: OffsetCommitter, sent: Sent
) -> None:
    committer.begin(P0, 5, committed=True)
    committer.begin(P1, 5, committed=True)
    committer.mark(P0, 8)
    assert committer.release([P0]) == {P0: 8}
    committer.mark(P0, 12)
    committer.flush()
    assert sent == []
    assert committer.position(P1) == 5
