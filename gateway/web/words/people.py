"""What is said by the pages of receivers and administrators."""

SAID = {
    # key: (Swedish, English)
    "receivers.hint": (
        "En person eller roll som kan larmas. Bara den som är knuten till en enhet kan schemaläggas där.",
        "Whoever can be paged: a person or a role. Only who is tied to a unit can be scheduled there.",
    ),
    "receivers.add": ("Ny mottagare", "New receiver"),
    "js.receivers.add": ("Ny mottagare", "New receiver"),
    "js.receivers.search": ("Sök på namn, id eller nummer", "Search by name, id or number"),
    "js.receivers.none": ("Det finns inga mottagare här än.", "There are no receivers here yet."),
    "js.receivers.all": ("Alla mottagare", "All receivers"),
    "js.receivers.of": ("Mottagare knutna till {name}", "Receivers tied to {name}"),
    "js.receivers.kind": ("Slag", "Kind"),
    "js.receivers.kind.person": ("Person", "Person"),
    "js.receivers.kind.role": ("Roll", "Role"),
    "js.receivers.is.extension": ("Anknytning {number}", "Extension {number}"),
    "js.receivers.is.mobile": ("Mobil {number}", "Mobile {number}"),
    "js.receivers.backup.is": ("Reserv {number}", "Backup {number}"),
    "js.receivers.units.none": ("Inga enheter: kan inte schemaläggas", "No units: cannot be scheduled"),
    "js.people.units.more": ("och {count} till", "and {count} more"),
    "js.receivers.unserved": ("Ingen linje når numret", "No line reaches the number"),
    "js.receivers.same": ("Samma nummer som {names}", "Same number as {names}"),
    "js.receivers.any": ("Godtaget av IT", "Vouched for by IT"),
    "js.receivers.name": ("Namn", "Name"),
    "js.receivers.name.hint": (
        "En persons namn, eller en rolls, till exempel Bakjour kirurgi.",
        "A person's name, or a role's, such as Bakjour kirurgi.",
    ),
    "js.receivers.id": ("Id", "Id"),
    "js.receivers.id.hint": ("Namnet i filer och kalendrar.", "The name in files and calendars."),
    "js.receivers.number": ("Nummer", "Number"),
    "js.receivers.number.hint": (
        "Anknytning med fem siffror, eller mobilnummer. Larmas först.",
        "An extension of five digits, or a mobile number. Paged first.",
    ),
    "js.receivers.backup": ("Reservnummer", "Backup number"),
    "js.receivers.backup.hint": (
        "Används när linjen till det första numret är nere, eller det första vägras.",
        "Used when the line to the first number is down, or the first is refused.",
    ),
    "js.receivers.any.label": ("Godta vilket nummer som helst", "Take any number"),
    "js.receivers.any.hint": (
        "IT går i god för ett nummer som inte är ett mobilnummer, till exempel en fast telefon som kan "
        "ta emot SMS. Då prövas bara att numret kan finnas. Skicka ett testlarm till det.",
        "IT vouches for a number that is no mobile number, such as a fixed telephone that can take text "
        "messages. Then only its length is checked. Send a test page to it.",
    ),
    "js.receivers.units": (
        "Enheter där mottagaren kan schemaläggas",
        "Units where the receiver can be scheduled",
    ),
    "js.receivers.units.hint": (
        "En enhet där mottagaren står i schemat kan inte tas bort förrän han eller hon är borta därifrån.",
        "A unit where the receiver stands in the schedule cannot be taken away before that is changed.",
    ),
    "js.receivers.removal": (
        "Mottagaren kan inte längre schemaläggas eller larmas. Avslutade pass finns kvar i historiken.",
        "The receiver can no longer be scheduled or paged. Ended shifts stay in the record.",
    ),
    # numbers, at their fields
    "js.reading.extension": ("Läses som anknytning {number}.", "Read as the extension {number}."),
    "js.reading.mobile": ("Läses som telefonnummer {number}.", "Read as the phone number {number}."),
    "js.reading.unserved": ("Ingen linje når det än.", "No line reaches it yet."),
    "js.reading.same": ("{names} har samma nummer.", "{names} has the same number."),
    "js.reading.new": (
        "Oprövat tills ett testlarm till det har besvarats.",
        "Unproved until a test page to it was answered.",
    ),
    "js.reading.ask": (
        "{names} har också numret {number}: ett larm kan nå fel person. Ska det sparas ändå?",
        "{names} has the number {number} too: a page may reach the wrong person. Save it all the same?",
    ),
    # by unit, on both pages
    "js.people.unit": ("Enhet", "Unit"),
    "js.people.unit.all": ("Visa alla enheter", "Show all units"),
    # administrators
    "administrators.hint": (
        "Vem som får schemalägga vilka enheter. För att logga in behövs ett konto med samma användarnamn.",
        "Who may schedule, and which units. An account of the same user name is needed to log in.",
    ),
    "administrators.add": ("Ny administratör", "New administrator"),
    "js.administrators.add": ("Ny administratör", "New administrator"),
    "js.administrators.search": (
        "Sök på namn, användarnamn, telefon eller e-post",
        "Search by name, user name, phone or e-mail",
    ),
    "js.administrators.none": (
        "Det finns inga administratörer här än.",
        "There are no administrators here yet.",
    ),
    "js.administrators.all": ("Alla administratörer", "All administrators"),
    "js.administrators.of": ("Administratörer för {name}", "Administrators of {name}"),
    "js.administrators.units.none": ("Inga enheter: kan inte schemalägga", "No units: cannot schedule"),
    "js.administrators.accounts": ("Till konton", "To the accounts"),
    "js.administrators.account.unit": ("✓ Har konto", "✓ Has an account"),
    "js.administrators.account.it": ("✓ Har IT-konto: får allt", "✓ Has an IT account: may do everything"),
    "js.administrators.account.reader": (
        "Kontot får bara läsa, inte schemalägga",
        "The account may only read, not schedule",
    ),
    "js.administrators.account.disabled": ("Kontot är avstängt", "The account is disabled"),
    "js.administrators.account.none": ("Inget konto: kan inte logga in", "No account: cannot log in"),
    "js.administrators.name": ("Namn", "Name"),
    "js.administrators.username": ("Användarnamn", "User name"),
    "js.administrators.username.hint": (
        "Som i kontot, till exempel ab12345.",
        "As in the account, ab12345 for example.",
    ),
    "js.administrators.phone": ("Telefon", "Phone"),
    "js.administrators.email": ("E-post", "E-mail"),
    "js.administrators.units": ("Enheter att schemalägga", "Units to schedule"),
    "js.administrators.units.hint": (
        "Gäller genast, också för den som är inloggad.",
        "Counts at once, also for who is logged in.",
    ),
    "js.administrators.removal": (
        "Administratören kan inte längre schemalägga. Kontot finns kvar; stäng av det på sidan Konton.",
        "The administrator can no longer schedule. The account stays; disable it on the page of accounts.",
    ),
}
