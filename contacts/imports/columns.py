"""Which column becomes which field: guessed from its heading, as people write it in several languages."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from unicodedata import combining, normalize

from accounts.actors import Actor
from contacts.models import Contact
from crm.errors import Invalid

CUSTOM = "custom:"
IGNORED = ""
LONGEST_CUSTOM_NAME = 100
_RECENT = 500

TARGETS = {
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "phone": "Phone",
    "company": "Company",
    "owner": "Owner",
    "labels": "Labels",
    "source": "Source",
}
# A person has several of these.
_SEVERAL = ("email", "phone", "labels")
_WORDS = {
    "first_name": "first name, firstname, given name, forename, vorname, prenom, nombre, nome proprio,"
    " voornaam, imie, имя",
    "last_name": "last name, lastname, surname, family name, nachname, familienname, nom de famille,"
    " apellido, apellidos, cognome, sobrenome, achternaam, nazwisko, фамилия",
    "name": "name, full name, fullname, contact, contact name, person, nom, nom complet, nombre completo, nome,"
    " nome completo, naam, volledige naam, ansprechpartner, kontakt, фио",
    "email": "email, e mail, mail, email address, e mail address, e mail 1 value, e mail adresse, mailadresse,"
    " courriel, adresse e mail, adresse email, correo, correo electronico, posta elettronica, e mailadres, work email,"
    " emails, further emails, further e mails, primary email, почта, электронная почта",
    "phone": "phone, phone number, telephone, tel, mobile, mobile phone, mobile number, cell, telefon, telefonnummer,"
    " handy, mobil, phone 1 value, numero de telephone, portable, telefono, movil, cellulare, telefone, celular,"
    " telefoonnummer, mobiel, komorka, work phone, phones, further phones, whatsapp, телефон",
    "company": "company, company name, organization, organisation, organization name, account, account name, firma,"
    " unternehmen, societe, entreprise, empresa, azienda, societa, bedrijf, организация, компания",
    "owner": "owner, contact owner, assigned to, besitzer, zustandig, proprietaire, propietario,"
    " proprietario, eigenaar",
    "labels": "labels, label, tags, tag, groups, group membership, etiketten, schlagworter, etiquettes, etiquetas,"
    " etichette",
    "source": "source, lead source, origin, quelle, herkunft, origen, fonte, bron, источник",
}
Mapped: TypeAlias = Sequence[str]


def _plain(text: str) -> str:
    """Müller-Straße → muller strasse: what two ways of writing a heading have in common."""
    bare = "".join(letter for letter in normalize("NFKD", text) if not combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", bare))


_KNOWN = {_plain(words): target for target, text in _WORDS.items() for words in text.split(",")}


def guess(columns: Sequence[str], known_custom: Sequence[str]) -> list[str]:
    """A target for each column; none for what is not recognised. One that holds a single value is given once."""
    custom = {_plain(name): CUSTOM + name for name in known_custom}
    found: list[str] = []
    for column in columns:
        target = _KNOWN.get(_plain(column)) or custom.get(_plain(column), IGNORED)
        found.append(IGNORED if target in found and target not in _SEVERAL else target)
    if "first_name" in found and "name" in found and "last_name" not in found:
        found[found.index("name")] = "last_name"  # “Vorname; Name”: the family's
    return found


def known_custom(actor: Actor) -> list[str]:
    """The names of further fields, as the most recent contacts have them."""
    rows = Contact.objects.visible_to(actor).order_by("-last_activity_at").values_list("custom_fields", flat=True)
    return sorted({name for fields in rows[:_RECENT] for name in fields})


def mapped(columns: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """The targets that a form gives, as `column-0` and so on; a new custom field's name as `name-0`. Raises Invalid
    where nobody could be made of them."""
    targets = [_target(column, given, at) for at, column in enumerate(columns)]
    for target in targets:
        if target and target not in _SEVERAL and targets.count(target) > 1:
            raise Invalid(f"Two columns are {title(target)}. Choose one of them, and ignore the other.")
    if not {"name", "first_name", "last_name", "email", "phone"} & set(targets):
        raise Invalid("Say which column holds a name, an e-mail address or a phone number.")
    return targets


def title(target: str) -> str:
    return TARGETS.get(target) or f"“{target.removeprefix(CUSTOM)}”"


def _target(column: str, given: Mapping[str, str], at: int) -> str:
    target = given.get(f"column-{at}", IGNORED)
    if target == CUSTOM:
        target = CUSTOM + (given.get(f"name-{at}", "").strip() or column)
    if target != IGNORED and target not in TARGETS and not target.startswith(CUSTOM):
        raise Invalid("One of the columns goes to a field that there is not. Choose its field again.")
    if target.startswith(CUSTOM) and not 1 <= len(target.removeprefix(CUSTOM)) <= LONGEST_CUSTOM_NAME:
        raise Invalid(f"A further field has a name of 1 to {LONGEST_CUSTOM_NAME} characters.")
    return target
