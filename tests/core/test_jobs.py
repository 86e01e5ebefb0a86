from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from core.models import Mail


def mail(**fields) -> Mail:
    key = f"test-{Mail.objects.count()}"
    return Mail.objects.create(key=key, to="ben@records.example.org", subject="Hello", body="Text", **fields)


def claim_in_thread(pk: int) -> bool:
    try:
        return Mail.objects.claim(pk) is not None
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_claim_by_eight_workers_at_once_is_won_by_one():
    job = mail()

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(claim_in_thread, [job.pk] * 8))

    assert sorted(won) == [False] * 7 + [True]


@pytest.mark.django_db
def test_claim_after_the_lease_has_ended_is_a_new_attempt():
    job = mail()
    first = Mail.objects.claim(job.pk)
    Mail.objects.update(due_at=Now() - timedelta(seconds=1))

    second = Mail.objects.claim(job.pk)

    assert (first.attempt, second.attempt) == (1, 2)


@pytest.mark.django_db
def test_finish_by_a_worker_whose_lease_was_lost_changes_nothing():
    job = mail()
    late = Mail.objects.claim(job.pk)
    Mail.objects.update(due_at=Now() - timedelta(seconds=1))
    present = Mail.objects.claim(job.pk)

    answers = (late.finish(), present.finish(), present.finish())

    assert answers == (False, True, False)


@pytest.mark.django_db
def test_postpone_keeps_the_reason_and_is_not_due_until_the_wait_is_over():
    job = mail()
    claimed = Mail.objects.claim(job.pk)

    claimed.postpone("The mail server did not answer", retry_after=600)

    assert claimed.error == "The mail server did not answer"
    assert claimed.will_try_again
    assert list(Mail.objects.due()) == []
    assert not Mail.objects.filter(due_at__lt=Now() + timedelta(seconds=590)).exists()


@pytest.mark.django_db
def test_postpone_after_the_last_try_fails_for_good_until_a_person_asks_again():
    job = mail(attempt=Mail.TRIES - 1, tries=Mail.TRIES - 1)
    claimed = Mail.objects.claim(job.pk)

    claimed.postpone("No such address")

    assert claimed.failed_at is not None
    assert Mail.objects.claim(job.pk) is None
    assert claimed.again()
    anew = Mail.objects.claim(job.pk)
    assert (anew.attempt, anew.tries) == (Mail.TRIES + 1, 1)


@pytest.mark.django_db
def test_worker_back_from_before_a_person_asked_again_changes_nothing():
    job = mail(tries=Mail.TRIES - 1)
    zombie = Mail.objects.claim(job.pk)
    Mail.objects.filter(pk=job.pk).update(due_at=Now())  # its lease has ended
    Mail.objects.claim(job.pk)
    failed = Mail.objects.get(pk=job.pk)
    assert failed.failed_at is not None
    failed.again()
    anew = Mail.objects.claim(job.pk)

    assert not zombie.finish()
    assert anew.finish()


@pytest.mark.django_db
def test_again_leaves_alone_what_is_being_tried():
    job = mail()
    Mail.objects.claim(job.pk).postpone("The mail server did not answer")
    Mail.objects.filter(pk=job.pk).update(due_at=Now())
    trying = Mail.objects.claim(job.pk)

    assert not trying.again()
    assert Mail.objects.claim(job.pk) is None


@pytest.mark.django_db
def test_job_that_ends_every_worker_is_given_up_and_says_so():
    job = mail()
    for _ in range(Mail.TRIES):
        assert Mail.objects.claim(job.pk) is not None
        Mail.objects.filter(pk=job.pk).update(due_at=Now())  # the worker died, and its lease has ended

    assert Mail.objects.claim(job.pk) is None
    given_up = Mail.objects.get(pk=job.pk)
    assert (given_up.failed_at is not None, given_up.error) == (
        True,
        f"It was begun {Mail.TRIES} times and never came to an end",
    )


@pytest.mark.django_db
def test_again_on_a_finished_job_does_nothing():
    job = mail()
    claimed = Mail.objects.claim(job.pk)
    claimed.finish()

    assert not claimed.again()
