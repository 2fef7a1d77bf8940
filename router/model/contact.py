"""Contact rows of `contacts import` and `route --contacts`, and the one written form of each address."""

import re
from collections.abc import Iterable
from typing import Annotated, Final

import msgspec
import phonenumbers
from msgspec import Meta

from router.model.errors import InvalidMessage
from router.model.explain import Shape, explain, load_object, refuse_unstorable, scrub
from router.model.limits import ADDRESS_CHARS_MAX, EXT_BYTES_MAX, ID_CHARS_MAX, NAME_CHARS_MAX

ADDRESSES_MAX: Final = 50
"""Mail addresses, or phone numbers, of one contact row."""
IDENTITIES_MAX: Final = 1_000
"""Further identities of one contact row."""
PROVIDERS: Final = ("telegram", "x", "facebook", "whatsapp")

_Id = Annotated[str, Meta(min_length=1, max_length=ID_CHARS_MAX)]
_Addresses = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=ADDRESS_CHARS_MAX)], ...], Meta(max_length=ADDRESSES_MAX)
]


class ContactIn(msgspec.Struct, frozen=True, kw_only=True):
    """One row: `emails` and `phones` normalised, in the order given, each once; provider ids as they come."""

    contact: str
    user_id: str | None = None
    name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    telegram: str | None = None
    x: str | None = None
    facebook: str | None = None
    whatsapp: str | None = None
    others: tuple[tuple[str, str], ...] = ()
    """(kind, value) of identities that no other field has room for."""
    vip: bool = False
    language: str | None = None
    linked: bool = False
    """The identities are proven to be one person's."""
    ext: str | None = None
    """Unknown fields, a JSON object as text."""

    def identities(self) -> tuple[tuple[str, str], ...]:
        """(kind, value) of every identity the row names, as tables.Identity has them."""
        ids = [("user_id", self.user_id)] if self.user_id else []
        ids += [("email", email) for email in self.emails] + [("phone", phone) for phone in self.phones]
        ids += [(kind, value) for kind in PROVIDERS if (value := getattr(self, kind))]
        return tuple(dict.fromkeys((*ids, *self.others)))


class _Identity(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    kind: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,31}\Z")]
    value: _Id


class _Row(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    contact: _Id
    user_id: _Id | None = None
    name: Annotated[str, Meta(max_length=NAME_CHARS_MAX)] | None = None
    emails: _Addresses | None = None
    phones: _Addresses | None = None
    phone: Annotated[str, Meta(max_length=ADDRESS_CHARS_MAX)] | None = None
    telegram: _Id | None = None
    x: _Id | None = None
    facebook: _Id | None = None
    whatsapp: _Id | None = None
    identities: Annotated[tuple[_Identity, ...], Meta(max_length=IDENTITIES_MAX)] | None = None
    """What our own export adds; a value of another shape is taken as an unknown field."""
    vip: bool | None = None
    language: Annotated[str, Meta(min_length=1, max_length=35)] | None = None
    linked: bool | None = None
    ext: dict[str, object] | None = None


_TYPES = {field.name: field.type for field in msgspec.structs.fields(_Row)}
_IDS: Final = ("contact", "user_id", *PROVIDERS)
_PROVIDER_ID = f"text of 1 to {ID_CHARS_MAX} characters, the provider's id of the person (not the handle), or null"
_SHAPE: Final = Shape(
    meant={
        "contact": f"text of 1 to {ID_CHARS_MAX} characters, your key for this contact",
        "user_id": f"text of 1 to {ID_CHARS_MAX} characters, the contact's id in your own systems, or null",
        "name": f"text of at most {NAME_CHARS_MAX} characters or null",
        "emails": f"a list of at most {ADDRESSES_MAX} mail addresses, each a text",
        "phones": f"a list of at most {ADDRESSES_MAX} phone numbers, each a text such as +14155550100",
        "phone": "text, a phone number such as +14155550100, or null",
        **dict.fromkeys(PROVIDERS, _PROVIDER_ID),
        "vip": "true, false or null",
        "language": "text, a language tag such as en or zh-CN, or null",
        "linked": "true, false or null",
        "ext": "an object or null",
    },
    quotable=("language",),
)


def decode_contact(data: bytes | dict[str, object]) -> ContactIn:
    """One contact row as UTF-8 JSON (or already parsed); pure.

    Raises InvalidMessage naming the field, what was found and what was meant.
    """
    raw = load_object(data) if isinstance(data, bytes) else data
    for field in _IDS:
        refuse_unstorable(raw.get(field), field)
    found = scrub(raw)
    assert isinstance(found, dict)
    known = {key: value for key, value in found.items() if key in _TYPES}
    unknown = {key: value for key, value in found.items() if key not in _TYPES}
    try:
        msgspec.convert(known.get("identities"), _TYPES["identities"])
    except msgspec.ValidationError:
        unknown["identities"] = known.pop("identities")
    try:
        row = msgspec.convert(known, _Row)
    except msgspec.ValidationError as error:
        raise explain(error, known, _SHAPE, unknown) from None
    ext = msgspec.json.encode({**(row.ext or {}), **unknown}).decode()
    if (size := len(ext.encode())) > EXT_BYTES_MAX:
        raise InvalidMessage(f"unknown fields take {size:,} bytes; at most {EXT_BYTES_MAX:,} are kept", field="ext")
    return ContactIn(
        contact=row.contact,
        user_id=_id(row.user_id),
        name=row.name,
        emails=_once(_email(value, position) for position, value in enumerate(row.emails or ())),
        phones=_phones(row),
        telegram=_id(row.telegram),
        x=_id(row.x),
        facebook=_id(row.facebook),
        whatsapp=_id(row.whatsapp),
        others=tuple((each.kind, value) for each in row.identities or () if (value := _normal(each))),
        vip=bool(row.vip),
        language=row.language,
        linked=bool(row.linked),
        ext=None if ext == "{}" else ext,
    )


_NO_ADDRESS = re.compile(r"[\s<>,]")


def normal_email(text: str) -> str | None:
    """A mail address as identities hold it: trimmed, lower case; None if it is none (RFC 5321 lets local parts differ
    by case, no mailbox provider does)."""
    address = text.strip().lower()
    local, at, domain = address.rpartition("@")
    well_formed = bool(at and local and domain) and _NO_ADDRESS.search(address) is None
    return address if well_formed else None


def normal_phone(text: str) -> str | None:
    """A phone number as identities hold it: E.164 where its country code can be read, else its digits; None without
    any digit."""
    written = text.strip()
    if written.startswith("00"):
        written = "+" + written[2:]
    if written.startswith(("+", "tel:", "＋")):
        try:
            number = phonenumbers.parse(written)
        except phonenumbers.NumberParseException:
            number = None
        if number is not None and phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = "".join(str(int(mark)) for mark in written if mark.isdecimal())
    return digits or None


def _id(value: str | None) -> str | None:
    """An id as messages are looked up by it: tables filled in by hand have blanks around it, or nothing else."""
    return (value or "").strip() or None


def _normal(identity: _Identity) -> str | None:
    forms = {"email": normal_email, "phone": normal_phone}
    return forms.get(identity.kind, _id)(identity.value) or _id(identity.value)


def _email(value: str, position: int) -> str:
    address = normal_email(value)
    if address is None:
        raise InvalidMessage("is no mail address; expected one such as ann@example.org", field=f"emails[{position}]")
    return address


def _phones(row: _Row) -> tuple[str, ...]:
    written = [(f"phones[{position}]", value) for position, value in enumerate(row.phones or ())]
    if row.phone:
        written.append(("phone", row.phone))
    found = []
    for field, value in written:
        number = normal_phone(value)
        if number is None:
            raise InvalidMessage("holds no digit; expected a phone number such as +14155550100", field=field)
        found.append(number)
    return _once(found)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
