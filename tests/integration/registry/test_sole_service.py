"""A service knows whether another one is at work on the same database, however that one ends."""

import pytest

from registry.storage.sole_service import sole_service

pytestmark = pytest.mark.both_databases


async def test_the_second_knows_of_the_first_until_that_has_ended(database_url: str) -> None:
    first, second = sole_service(database_url), sole_service(database_url)
    told = [await first.is_alone(), await second.is_alone(), await first.is_alone()]
    await first.close()
    afterwards = await second.is_alone()
    await second.close()

    assert told == [True, False, True]
    assert afterwards


async def test_services_on_other_databases_are_none_of_its_business(
    database_url: str, empty_database_url: str, database_kind: str
) -> None:
    if database_kind == "sqlite":
        # Both fixtures name one file there.
        empty_database_url += "-2"
    here, elsewhere = sole_service(database_url), sole_service(empty_database_url)
    told = [await here.is_alone(), await elsewhere.is_alone()]
    await here.close()
    await elsewhere.close()

    assert told == [True, True]
