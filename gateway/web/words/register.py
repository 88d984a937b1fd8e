"""What is said by the pages of the register: areas, units, shifts, receivers, administrators, files."""

from gateway.web.words import registerforms

SAID = registerforms.SAID | {
    # key: (Swedish, English)
    # areas, units and their shift patterns
    "units.areas": ("Verksamhetsområden", "Business areas"),
    "units.area.new": ("Nytt område", "New area"),
    "units.unit.new": ("Ny enhet", "New unit"),
    "units.all.show": ("Visa alla områden", "Show all areas"),
    "units.back": ("Till områden och enheter", "To areas and units"),
    "units.change": ("Ändra", "Change"),
    "units.remove": ("Ta bort", "Remove"),
    "units.schedule": ("Öppna enhetens schema", "Open the unit's schedule"),
    "units.shifts": ("Pass", "Shifts"),
    "units.shift.new": ("Nytt pass", "New shift"),
    "units.shifts.none": (
        "Enheten har inga pass än. Utan pass kan ingen schemaläggas där.",
        "The unit has no shifts yet. Without shifts nobody can be scheduled there.",
    ),
    "units.shift.name": ("Namn", "Name"),
    "units.shift.times": ("Tider", "Times"),
    "units.shift.days": ("Veckodagar", "Weekdays"),
    "units.shift.valid": ("Gäller", "Valid"),
    "units.acts": ("Åtgärder", "Actions"),
    "js.units.areas.search": ("Sök verksamhetsområde", "Search business areas"),
    "js.units.areas.none": (
        "Det finns inga verksamhetsområden än. Börja med att lägga till ett.",
        "There are no business areas yet. Begin by adding one.",
    ),
    "js.units.search": ("Sök enhet", "Search units"),
    "js.units.none": ("Det finns inga enheter här än.", "There are no units here yet."),
    "js.units.of": ("Enheter i {name}", "Units of {name}"),
    "js.units.of.all": ("Enheter i alla områden", "Units of all areas"),
    "js.units.show": ("Visa enheter", "Show units"),
    "js.units.show.of": ("Visa enheter i {name}", "Show units of {name}"),
    "js.units.gone": ("Enheten {id} finns inte.", "There is no unit {id}."),
    "js.units.area.new": ("Nytt verksamhetsområde", "New business area"),
    "js.units.unit.new": ("Ny enhet", "New unit"),
    "js.units.shift.new": ("Nytt pass", "New shift"),
    "js.units.name": ("Namn", "Name"),
    "js.units.id": ("Id", "Id"),
    "js.units.id.hint": (
        "Namnet i filer och händelser.",
        "The name in files and events.",
    ),
    "js.units.area": ("Verksamhetsområde", "Business area"),
    "js.units.aliases": ("Alias", "Aliases"),
    "js.units.aliases.none": ("Inga", "None"),
    "js.units.aliases.hint": (
        "Andra namn, till exempel HSA-id, som en händelse kan ange enheten med. Ett på varje rad.",
        "Other names, an HSA-id for example, by which an event may name the unit. One on each line.",
    ),
    "js.units.fallback": ("Reservmottagare", "Fallback receivers"),
    "js.units.fallback.none": ("Inga", "None"),
    "js.units.fallback.unit": (
        "Larmas i den här ordningen när ingen är i tjänst eller ingen svarar.",
        "Paged in this order when nobody is on duty or nobody answers.",
    ),
    "js.units.fallback.area": (
        "Larmas sist, i den här ordningen, när en enhet i området inte har någon kvar.",
        "Paged last, in this order, when a unit of the area has nobody left.",
    ),
    "js.units.oneway": ("När inget svar kan komma tillbaka", "When no answer can come back"),
    "js.units.oneway.escalate": ("Larma vidare tills någon svarar", "Page on until somebody answers"),
    "js.units.oneway.close": ("Avsluta larmet som obekräftat", "Close the alert as unconfirmed"),
    "js.units.oneway.hint": (
        "Gäller larm vars alla vägar är envägs, så att mottagaren inte kan svara.",
        "For alerts whose every route is one-way, so that the receiver cannot answer.",
    ),
    "js.units.tied": ("Mottagare", "Receivers"),
    "js.units.tied.count": ("{count} knutna till enheten", "{count} tied to the unit"),
    "js.units.removal": (
        "Enheten tas bort ur registret. Händelser som anger den får ingen mottagare.",
        "The unit leaves the register. Events that name it get no receiver.",
    ),
    "js.units.shift.name": ("Namn", "Name"),
    "js.units.shift.name.hint": (
        "Till exempel Dag, Kväll eller Natt.",
        "Day, Evening or Night, for example.",
    ),
    "js.units.shift.times": ("Tider", "Times"),
    "js.units.shift.days": ("Veckodagar", "Weekdays"),
    "js.units.shift.valid": ("Gäller", "Valid"),
    "js.units.shift.from": ("Börjar", "Begins"),
    "js.units.shift.from.hint": (
        "Lokal tid, som 07:00. 00:00–00:00 är hela dygnet.",
        "Local time, such as 07:00. 00:00–00:00 is the whole day.",
    ),
    "js.units.shift.to": ("Slutar", "Ends"),
    "js.units.shift.to.hint": (
        "Inte senare än början: nästa dag. 24:00 finns inte.",
        "Not later than the beginning: the next day. There is no 24:00.",
    ),
    "js.units.shift.days.hint": ("Dagar då passet börjar.", "Days on which the shift begins."),
    "js.units.shift.first": ("Första datum", "First date"),
    "js.units.shift.first.hint": (
        "Första dagen då passet kan börja. Tomt: ingen gräns.",
        "The first day on which the shift may begin. Empty: no bound.",
    ),
    "js.units.shift.last": ("Sista datum", "Last date"),
    "js.units.shift.last.hint": (
        "Sista dagen då passet kan börja. Tomt: ingen gräns.",
        "The last day on which the shift may begin. Empty: no bound.",
    ),
    "js.units.shift.intro": (
        "Nya tider gäller även pass som redan är bemannade, också det pågående; avslutade pass ändras inte. "
        "En dag då någon redan står i schemat kan inte tas bort: ta först bort dem där.",
        "New times also hold for shifts that are staffed already, the running one too; ended shifts do not "
        "change. A day on which somebody stands cannot be taken away: take them off in the schedule first.",
    ),
    "js.units.shift.moves": (
        "{count} bemanningar och tilldelningar som redan står i schemat får de nya tiderna, även i det "
        "pågående passet. Den som är i tjänst nu är det kanske inte längre efteråt.",
        "{count} staffings and assignments that stand in the schedule already get the new times, in the "
        "running shift too. Whoever is on duty now may no longer be so afterwards.",
    ),
    "js.units.shift.removal": (
        "Passet tas bort ur enhetens mönster. Avslutade pass finns kvar i historiken.",
        "The shift leaves the unit's patterns. Ended shifts stay in the record.",
    ),
    "js.units.shift.same": ("Slutar samma dag, efter {long}.", "Ends on the same day, after {long}."),
    "js.units.shift.over": ("Slutar nästa dag, efter {long}.", "Ends on the next day, after {long}."),
    "js.units.shift.round": ("Hela dygnet, {long}.", "The whole day, {long}."),
    "js.units.hours": ("{count} h", "{count} h"),
    "js.units.minutes": ("{count} min", "{count} min"),
    "js.units.nextday": ("nästa dag", "next day"),
    "js.units.valid.always": ("alltid", "always"),
    "js.units.valid.from": ("från {first}", "from {first}"),
    "js.units.valid.to": ("till och med {last}", "until {last}"),
    "js.units.valid.both": ("{first} – {last}", "{first} – {last}"),
}
