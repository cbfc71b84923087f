"""How errors reach Temporal: sentences of ours as they are, others by their type alone."""

import pytest
from temporalio.exceptions import ApplicationError

from activities.failing import plainly
from models.errors import RefusedError, UnavailableError, UnknownError


async def failed(error: Exception) -> ApplicationError:
    @plainly
    async def work() -> None:
        raise error

    with pytest.raises(ApplicationError) as met:
        await work()
    return met.value


@pytest.mark.parametrize("error", [RefusedError("no such level"), UnknownError("no such debtor")])
async def test_what_is_refused_is_never_tried_again(error):
    met = await failed(error)

    assert (met.message, met.type, met.non_retryable) == (str(error), type(error).__name__, True)


async def test_what_may_work_later_is_tried_again():
    met = await failed(UnavailableError("the books do not answer"))

    assert (met.message, met.type, met.non_retryable) == (
        "the books do not answer",
        "UnavailableError",
        False,
    )


async def test_a_defect_is_passed_on_by_its_type_without_its_text_or_its_cause(capfd):
    met = await failed(KeyError("jeanne@debtor.example"))

    assert met.type == "KeyError"
    assert "jeanne" not in met.message + "".join(capfd.readouterr())
    assert met.__suppress_context__


async def test_an_error_for_temporal_passes_as_it_is():
    told = ApplicationError("leased", type="Leased")

    assert await failed(told) is told


async def test_what_goes_well_is_returned():
    @plainly
    async def work() -> int:
        return 3

    assert await work() == 3
