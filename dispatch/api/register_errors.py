"""The failures of the register of people, and their HTTP status."""

from registry.eligibility import UnknownTimeZone
from registry.people.weeks import BadWeek
from registry.register.changing import IdTaken, UnknownGroup
from registry.register.groups import GroupExists
from registry.register.papers import NoRenewal, UnknownCertificate
from registry.register.person_file import PersonChanged
from registry.register.standing import ErasedPerson
from registry.register.typed import BadPersonField, IdentityCardTyped
from registry.storage.personal_keys import MissingPersonalKey

STATUS: dict[type[Exception], int] = {
    UnknownCertificate: 404,
    UnknownGroup: 404,
    ErasedPerson: 409,
    GroupExists: 409,
    IdTaken: 409,
    NoRenewal: 409,
    PersonChanged: 412,
    BadPersonField: 422,
    BadWeek: 422,
    IdentityCardTyped: 422,
    UnknownTimeZone: 422,
    MissingPersonalKey: 503,
}
