"""What is said by calendar feeds and the printable page."""

SAID: dict[str, tuple[str, str]] = {
    "calendars.hint": (
        "En kalenderadress visar pass i telefonens eller datorns kalender, 180 dagar framåt, utan nummer. "
        "Alla som har adressen ser passen, så ge den bara till den som ska ha den.",
        "A calendar address shows shifts in the calendar of a phone or a computer, 180 days ahead, without "
        "numbers. Whoever has the address sees the shifts, so give it only to the one who shall have it.",
    ),
    "calendars.make": ("Ny kalenderadress", "New calendar address"),
    "calendars.for": ("Vems pass?", "Whose shifts?"),
    "calendars.do": ("Skapa adress", "Make the address"),
    "calendars.new": ("Adressen visas bara nu", "The address is shown only now"),
    "calendars.new.hint": (
        "Kopiera den och lägg till den som prenumeration i kalendern, eller öppna den direkt på enheten.",
        "Copy it and add it as a subscription to the calendar, or open it right away on this device.",
    ),
    "calendars.address": ("Kalenderadress", "Calendar address"),
    "calendars.copy": ("Kopiera", "Copy"),
    "calendars.open": ("Öppna i kalendern", "Open in the calendar"),
    "calendars.done": ("Jag har sparat adressen", "I have kept the address"),
    "calendars.list": ("Adresser", "Addresses"),
    "calendars.revoke.title": ("Spärra adressen?", "Revoke the address?"),
    "calendars.revoke.do": ("Spärra", "Revoke"),
    "js.calendars.unit": ("Hela enheten: {name}", "The whole unit: {name}"),
    "js.calendars.of.unit": ("Hela enheten", "The whole unit"),
    "js.calendars.gone": ("Någon som inte längre finns", "Somebody who is gone"),
    "js.calendars.none": ("Inga adresser än.", "No addresses yet."),
    "js.calendars.made": ("Skapad av {who} {time}", "Made by {who}, {time}"),
    "js.calendars.good": ("Gäller", "In use"),
    "js.calendars.revoked": ("Spärrad {time}", "Revoked {time}"),
    "js.calendars.revoke": ("Spärra", "Revoke"),
    "js.calendars.revoke.who": (
        "Spärra adressen för {name}, skapad {time}",
        "Revoke the address for {name}, made {time}",
    ),
    "js.calendars.revoke.text": (
        "Adressen för {name} slutar gälla genast. Kalendrar som använder den uppdateras inte mer. "
        "Det kan inte ångras, men en ny adress kan skapas.",
        "The address for {name} ends at once. Calendars that use it are not updated any more. "
        "This cannot be undone, but a new address can be made.",
    ),
    "js.calendars.revoked.now": ("✓ Adressen för {name} är spärrad.", "✓ The address for {name} is revoked."),
    "js.calendars.older": ("Spärrade adresser ({count})", "Revoked addresses ({count})"),
    "js.calendars.readonly": (
        "Du har inte rätt till den här enhetens kalendrar.",
        "You have no right to the calendars of this unit.",
    ),
    "paper.print": ("Skriv ut", "Print"),
    "paper.shift": ("Pass", "Shift"),
    "paper.fallback": (
        "Reserver, larmas om ingen i tjänst svarar",
        "Fallback, paged if nobody on duty answers",
    ),
    "js.paper.title": ("Bakjour {unit}", "On call {unit}"),
    "js.paper.range": ("{from} till {to}", "{from} to {to}"),
    "js.paper.printed": (
        "Utskrivet {time}. Schemat kan ha ändrats sedan dess.",
        "Printed {time}. The schedule may have changed since.",
    ),
    "js.paper.clocks.on": (
        "Klockan ställs fram {date}: {from} blir {to}.",
        "The clocks go forward on {date}: {from} becomes {to}.",
    ),
    "js.paper.clocks.back": (
        "Klockan ställs tillbaka {date}: {from} blir {to}.",
        "The clocks go back on {date}: {from} becomes {to}.",
    ),
    "js.paper.empty": ("INGEN", "NOBODY"),
    "js.paper.running": ("pågår", "running"),
    "js.paper.backup": ("reserv {number}", "backup {number}"),
    "js.paper.nonumber": ("inget nummer", "no number"),
    "js.paper.unit": ("Enhetens reserver", "The unit's fallback"),
    "js.paper.area": ("Verksamhetsområdets reserver", "The business area's fallback"),
    "js.paper.nofallback": (
        "Inga reserver. Svarar ingen i tjänst larmas ingen mer.",
        "No fallback. If nobody on duty answers, nobody else is paged.",
    ),
    "js.paper.none": ("Inga pass de närmaste 72 timmarna.", "No shifts in the coming 72 hours."),
}
