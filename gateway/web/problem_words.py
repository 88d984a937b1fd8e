"""What the API refuses, in Swedish: the sentences of problems that a person at a page can meet.

Rules: as in `gateway.phrases`; the API speaks English unless the request asks for Swedish (Accept-Language).
`tests/gateway/web/test_problem_words.py` finds the sentences in the code and looks for each of them here.
"""

import re

from gateway.phrases import Phrasebook
from gateway.web.problem_words_it import FILES, RECORD

TABLES = {
    "area": "verksamhetsområde",
    "unit": "enhet",
    "receiver": "mottagare",
    "shift": "pass",
    "staffing": "bemanning",
    "assignment": "tilldelning",
    "administrator": "administratör",
    "none": "inga",
    "this file": "den här filen",
    "this file or the roster": "den här filen eller schemat",
}

_SESSION = {
    "log in, or send a good key": "logga in",
    "{who} has no right to {what} at {unit}": "{who} har inte rätt till detta ({what}) för {unit}",
    "{who} has no right to {what}": "{who} har inte rätt till detta ({what})",
    "{header} is missing or wrong: read it anew from GET /api/session": "sidan är för gammal: ladda om den",
    "the request comes from another site": "anropet kommer från en annan webbplats",
    "the user name or the password is wrong": "fel användarnamn eller lösenord",
    "too many failed log-ins; try again in {time}": "för många misslyckade försök; försök igen om {time}",
    "the store cannot be read now": "databasen kan inte läsas just nu",
    "the store cannot be used now: {error}": "databasen kan inte användas just nu: {error}",
    "the gateway failed at this request; its log says why": "servern misslyckades; loggen säger varför",
    "the request cannot be understood": "anropet kan inte tolkas",
    "the body is no JSON document": "innehållet är inte JSON",
    "the body has {count} fault(s)": "uppgifterna har {count} fel",
    "the request has {count} fault(s)": "uppgifterna har {count} fel",
    "the question has {count} fault(s)": "frågan har {count} fel",
    "a body has at most {most} bytes": "innehållet får vara högst {most} byte",
    "the content type must be application/json": "innehållet ska vara application/json",
    "the content type must be text/csv or application/toml": (
        "innehållet ska vara text/csv eller application/toml"
    ),
    "a file has at most {most} bytes": "filen får vara högst {most} byte",
    "the file cannot be kept: {reason}": "filen kan inte tas emot: {reason}",
}

_ACCOUNTS = {
    "the account has {count} fault(s)": "kontot har {count} fel",
    "there is an account {name} already": "det finns redan ett konto {name}",
    "there is no account {name}": "det finns inget konto {name}",
    "1 to 64 letters, digits, dots, hyphens or underscores are allowed": (
        "ska vara 1 till 64 bokstäver, siffror, punkter, bindestreck eller understreck"
    ),
    "1 to {most} printable characters are allowed, without blanks at the ends": (
        "ska vara 1 till {most} skrivbara tecken utan blanktecken i början och slutet"
    ),
    "the password cannot be taken": "lösenordet kan inte användas",
    "must have at least {least} characters": "ska ha minst {least} tecken",
    "must have at most {most} characters": "ska ha högst {most} tecken",
    "must not hold the user name, nor be one or two characters repeated": (
        "får inte innehålla användarnamnet, och inte vara ett eller två tecken om och om igen"
    ),
    "somebody else changed this account meanwhile; nothing was changed": (
        "någon annan har ändrat kontot under tiden; ingenting ändrades"
    ),
    "the old password is wrong": "det gamla lösenordet är fel",
    "is wrong": "är fel",
    "one does not disable oneself, nor change one's own kind": (
        "man stänger inte av sig själv och ändrar inte sin egen kontotyp"
    ),
    "units are for a unit administrator; the account has been made": (
        "enheter hör till en enhetsadministratör; kontot är skapat"
    ),
    "name: 1 to {most} printable characters are allowed": "namn: 1 till {most} skrivbara tecken",
    "there is a good key named {name} already": "det finns redan en giltig nyckel {name}",
    "there is no good key named {name}": "det finns ingen giltig nyckel {name}",
    "a noted head is SEQ:HASH, as `bakjour audit verify` prints it": (
        "ett noterat huvud är SEQ:HASH, så som `bakjour audit verify` skriver det"
    ),
}

_ALERTS = {
    "there is no alert {number}": "det finns inget larm {number}",
    "alert {number} is closed: {word}": "larm {number} är avslutat: {word}",
    "no carrier serves the number of anybody who would be paged": (
        "ingen linje når numret till någon som skulle larmas"
    ),
    "nobody is on duty for this role now; test a receiver instead": (
        "ingen är i tjänst för rollen just nu; pröva en mottagare i stället"
    ),
    "name a receiver or a role": "ange en mottagare eller en roll",
    "name a unit or an area": "ange en enhet eller ett verksamhetsområde",
    "there is no area {name}": "det finns inget verksamhetsområde {name}",
    "there is no unit {name}": "det finns ingen enhet {name}",
    "there is no receiver {name} of this unit": "enheten har ingen mottagare {name}",
    "the area has more than {most} units; ask for one unit at a time": (
        "området har fler än {most} enheter; välj en enhet i taget"
    ),
    "there is no good feed {number} of this unit": "enheten har ingen giltig kalender {number}",
    "there is no such calendar": "det finns ingen sådan kalender",
    "{path} is no time": "{path} är ingen tidpunkt",
    "{path} is no date": "{path} är inget datum",
    "limit: 1 to {most} are allowed": "högst {most} kan visas",
}

_EDITING = {
    "somebody else changed this meanwhile; nothing was changed": (
        "någon annan har ändrat detta under tiden; ingenting ändrades"
    ),
    "nobody would be on duty now: put somebody else in, or say why": (
        "ingen skulle vara i tjänst nu: sätt in någon annan eller skriv varför"
    ),
    "{count} fault(s): nothing was changed": "{count} fel: ingenting ändrades",
    "holds {count}; allowed at once: {most}": "innehåller {count}; högst {most} på en gång",
    "holds {count}; allowed: {most}": "innehåller {count}; högst {most}",
    "names a slot twice": "nämner samma plats två gånger",
    "allowed: {first} to {last}": "ska vara {first} till {last}",
    "{slot} is past and cannot be altered; write a correction instead": (
        "{slot} är slut och kan inte ändras; skriv en rättelse i stället"
    ),
    "{slot} is past and cannot be altered: {names} stood there": (
        "{slot} är slut och kan inte ändras: {names} stod där"
    ),
    "{shift} is no shift of {unit}": "{shift} är inget pass på {unit}",
    "{shift} does not begin on {date}; its days: {days}": "{shift} börjar inte {date}; passets dagar: {days}",
    "{name} stands there twice; each may stand once": (
        "{name} står där två gånger; var och en får stå en gång"
    ),
    "{name} is no receiver": "{name} är ingen mottagare",
    "{name} may not be scheduled at {unit}: IT has to tie them": (
        "{name} får inte schemaläggas på {unit}: IT behöver knyta dem till varandra"
    ),
    "{unit} has no shift {shift} on {date}": "{unit} har inget pass {shift} {date}",
    "no such date": "det finns inget sådant datum",
    "{slot} has not ended; change it instead": "{slot} är inte slut; ändra det i stället",
    "somebody cannot have been there": "någon av dem kan inte ha varit där",
    "reason: at most {most} printable characters are allowed": "orsaken får ha högst {most} skrivbara tecken",
    "dates: 1 to {most} are allowed": "välj 1 till {most} datum",
    "a correction says why": "en rättelse säger varför",
    "must not be empty": "får inte vara tomt",
}

_REGISTER = {
    "{what} was changed by somebody else: nothing was done": (
        "{what} har ändrats av någon annan: ingenting gjordes"
    ),
    "the roster was changed meanwhile; nothing was done": ("schemat ändrades under tiden; ingenting gjordes"),
    "the roster is being changed all the time; try again": "schemat ändras hela tiden; försök igen",
    "the roster was changed meanwhile; nothing was imported": (
        "schemat ändrades under tiden; ingenting importerades"
    ),
    "another import was started meanwhile; nothing of this one was taken": (
        "en annan import började under tiden; ingenting av den här togs in"
    ),
    "and {more} more": "och {more} till",
    "{error:known}; try again": "{error}; försök igen",
    "the roster has {count} fault(s)": "schemat har {count} fel",
    "the file would remove {count} entries; say --yes if that is meant": (
        "filen skulle ta bort {count} poster; bekräfta om det är meningen"
    ),
    "the roster was changed since the preview; the file would do something else now": (
        "schemat har ändrats sedan förhandsvisningen; filen skulle göra något annat nu"
    ),
    "make a new preview": "gör en ny förhandsvisning",
    "the import's process ended before its time ({code}); nothing was imported": (
        "importen avbröts i förtid ({code}); ingenting importerades"
    ),
    "the roster is of {zone} {version}, not {wanted} {newer}": (
        "schemat är räknat för {zone} {version}, inte {wanted} {newer}"
    ),
    "the import cannot be prepared: {error}": "importen kan inte förberedas: {error}",
    "the key has another number of parts": "nyckeln har ett annat antal delar",
    "the number cannot be used": "numret kan inte användas",
    "must not hold control characters, nor blanks at its ends": (
        "får inte innehålla styrtecken, och inte blanktecken i början eller slutet"
    ),
    "names {names} twice; each may stand once": "nämner {names} två gånger; var och en får stå en gång",
    "must be a text in quotes": "ska vara en text",
    "{last} is before valid_from, {first}; allowed: that date or a later one": (
        "{last} ligger före {first}, då passet börjar gälla; ska vara den dagen eller senare"
    ),
    'must be a time of day in quotes, such as "07:00"': "ska vara ett klockslag, till exempel 07:00",
    "24:00 is no time of day; write 00:00, which ends a shift at midnight": (
        "24:00 är inget klockslag; skriv 00:00, som avslutar passet vid midnatt"
    ),
    "{text} is no time of day; allowed: 00:00 to 23:59": (
        "{text} är inget klockslag; ska vara 00:00 till 23:59"
    ),
    "{text} is no time that exists; {allowed:known}": "{text} är ingen tid som finns; {allowed}",
    "{text} is no time; {allowed:known}": "{text} är ingen tid; {allowed}",
    (
        "allowed: local wall time such as 2026-10-25T02:30, "
        "or with an offset such as 2026-10-25T02:30:00+02:00"
    ): ("ska vara lokal tid som 2026-10-25T02:30, eller med avvikelse som 2026-10-25T02:30:00+02:00"),
    "{time} exists twice in {zone}; write {readings}": "{time} finns två gånger i {zone}; skriv {readings}",
    "{time} does not exist in {zone}; write {readings}": "{time} finns inte i {zone}; skriv {readings}",
    "is longer than {most} characters; {allowed:known}": "är längre än {most} tecken; {allowed}",
    "holds letters; {allowed:known}": "innehåller bokstäver; {allowed}",
    "is no phone number; {allowed:known}": "är inget telefonnummer; {allowed}",
    "has an extension behind the number, which no carrier can dial; {allowed:known}": (
        "har en anknytning efter numret, som ingen linje kan ringa; {allowed}"
    ),
    "has a length that no phone number has; {allowed:known}": (
        "har en längd som inget telefonnummer har; {allowed}"
    ),
    "is no valid mobile number; {allowed:known} (any_number = true takes any phone number)": (
        "är inget giltigt mobilnummer; {allowed} (med ”vilket nummer som helst” godtas andra telefonnummer)"
    ),
    "allowed: an extension of exactly 5 digits, or a mobile number such as +46701740605": (
        "ska vara en anknytning med exakt 5 siffror, eller ett mobilnummer som +46701740605"
    ),
    "is no user name; allowed: 1 to 64 of A–Z a–z 0–9 . _ -": (
        "är inget användarnamn; ska vara 1 till 64 av A–Z a–z 0–9 . _ -"
    ),
    "is no e-mail address; allowed: one such as karin.ek@example.org": (
        "är ingen e-postadress; ska se ut som karin.ek@example.org"
    ),
    "is missing": "saknas",
    "is too long; allowed: {most} characters": "är för långt; får ha högst {most} tecken",
    "holds too many; allowed: {most}": "innehåller för många; får innehålla högst {most}",
    "must be a date without quotes, such as 2026-11-24": "ska vara ett datum, till exempel 2026-11-24",
    "must be true or false, without quotes": "ska vara sant eller falskt",
    "must be an array, such as []": "ska vara en lista",
    "must not be an empty array": "får inte vara tom",
    "unknown key{hint}; allowed: {names}": "okänt fält; ska vara något av {names}",
    "{value} is not allowed; allowed: {words}": "{value} går inte; ska vara {words}",
    "this would leave slots that it no longer allows: {places}": (
        "då skulle några stå kvar på pass där det inte längre är tillåtet: {places}"
    ),
    "{shift} is no shift of {unit}; its shifts: {names:known}": (
        "{shift} är inget pass på {unit}; dess pass: {names}"
    ),
    "{name} is no {table:known} of {where:known}": "{name} är ingen {table} i {where}",
    "{name} is not in this file and would be deleted, but is assigned here: {slot}": (
        "{name} står inte i filen och skulle tas bort, men är tilldelad här: {slot}"
    ),
    "{name} may not be scheduled at {unit} ({slot}); units of {again}: {units:known}": (
        "{name} får inte schemaläggas på {unit} ({slot}); enheter för {again}: {units}"
    ),
    "{date} is a {day}, when {shift} does not begin; its days: {days}": (
        "{date} är en dag ({day}) då {shift} inte börjar; passets dagar: {days}"
    ),
    "{name} is an alias of the unit {other} already": "{name} är redan ett alias för enheten {other}",
    "{name} is the id of a unit; an alias must be another name": (
        "{name} är en enhets id; ett alias ska vara ett annat namn"
    ),
    "{name} is an alias of the unit {other} too; each leads to one unit": (
        "{name} är ett alias också för enheten {other}; vart och ett leder till en enhet"
    ),
    "and {more} more places": "och {more} ställen till",
    "there is no {table:known} {key}": "det finns ingen {table} {key}",
    "{name} is a fallback of {place}": "{name} är reserv för {place}",
    "the unit {name} is of this area": "enheten {name} hör till området",
    "{name} is tied to this unit": "{name} är knuten till enheten",
    "the unit has the shift {name}": "enheten har passet {name}",
    "{name} administers this unit": "{name} administrerar enheten",
    "somebody stands in {slot}": "någon står på {slot}",
    "{name} stands in {slot}": "{name} står på {slot}",
}

ROLES = {"doctor": "läkare", "nurse": "sjuksköterska"}
_ROLE = re.compile(r"(?<=\d{4}-\d\d-\d\d )(?:doctor|nurse)\b")
"""Of a slot, which is told as unit, shift, date and role."""
_QUOTED = re.compile(r"(?<!\w)'([^']*)'(?!\w)")

WORDS = TABLES | _SESSION | _ACCOUNTS | _ALERTS | _EDITING | _REGISTER | FILES | RECORD
BOOK = Phrasebook(WORDS)


def swedish(message: str) -> str:
    """The sentence in Swedish; as it is, if it is none that a page should ever cause."""
    found = BOOK.swedish(message)
    if found is None:
        return message
    return _QUOTED.sub(r"”\1”", _ROLE.sub(lambda role: ROLES[role[0]], found))
