"""What is said by the pages of accounts, API keys and one's own password."""

SAID: dict[str, tuple[str, str]] = {
    # key: (Swedish, English)
    # accounts
    "accounts.hint": (
        "Vem som får logga in. Vilka enheter en enhetsadministratör får schemalägga står under",
        "Who may log in. Which units a unit administrator may schedule is said under",
    ),
    "accounts.add": ("Nytt konto", "New account"),
    "accounts.search": ("Sök namn eller användarnamn", "Search name or user name"),
    "accounts.more": ("Visa fler", "Show more"),
    "accounts.list": ("Konton", "Accounts"),
    "js.account.add": ("Nytt konto", "New account"),
    "js.account.add.do": ("Skapa kontot", "Make the account"),
    "js.account.username": ("Användarnamn", "User name"),
    "js.account.username.hint": (
        "Det personen loggar in med. Kan inte ändras efteråt.",
        "What the person logs in with. Cannot be changed afterwards.",
    ),
    "js.account.username.fault": (
        "1 till 64 av A–Z a–z 0–9 . _ - är tillåtna.",
        "1 to 64 of A–Z a–z 0–9 . _ - are allowed.",
    ),
    "js.account.username.taken": (
        "Det finns redan ett konto med det användarnamnet.",
        "There is an account of this user name already.",
    ),
    "js.account.name": ("Namn", "Name"),
    "js.account.name.fault": (
        "1 till 100 tecken är tillåtna, utan tabb och radbrytning.",
        "1 to 100 characters are allowed, without tabs and line breaks.",
    ),
    "js.account.kind": ("Sorts konto", "Kind of account"),
    "js.account.kind.it": ("IT", "IT"),
    "js.account.kind.it.hint": (
        "Sköter register, konton och nycklar och får schemalägga alla enheter.",
        "Looks after the register, accounts and keys, and may schedule every unit.",
    ),
    "js.account.kind.unit": ("Enhetsadministratör", "Unit administrator"),
    "js.account.kind.unit.hint": (
        "Schemalägger sina egna enheter, de som står under Administratörer.",
        "Schedules his or her own units, those that stand under Administrators.",
    ),
    "js.account.kind.reader": ("Läsare", "Reader"),
    "js.account.kind.reader.hint": ("Ser allt, ändrar ingenting.", "Sees everything, changes nothing."),
    "js.account.kind.own": (
        "Man kan inte ändra sort på sitt eget konto. Be en annan på IT.",
        "One cannot change the kind of one's own account. Ask somebody else at IT.",
    ),
    "js.account.password": ("Lösenord", "Password"),
    "js.account.you": ("du", "you"),
    "js.account.since": ("sedan {date}", "since {date}"),
    "js.account.disabled": ("Avstängt {date}", "Disabled {date}"),
    "js.account.units": ("Schemalägger: {units}", "Schedules: {units}"),
    "js.account.units.more": ("{units} och {count} till", "{units} and {count} more"),
    "js.account.units.all": ("Schemalägger alla enheter.", "Schedules every unit."),
    "js.account.units.none": (
        "Kan inte schemalägga något än: {username} saknar enheter under",
        "Can schedule nothing yet: {username} has no units under",
    ),
    "js.account.administrators": ("Administratörer", "Administrators"),
    "js.account.change": ("Ändra", "Change"),
    "js.account.change.who": ("Ändra kontot {name}", "Change the account {name}"),
    "js.account.renew": ("Nytt lösenord", "New password"),
    "js.account.renew.who": ("Nytt lösenord för {name}", "New password for {name}"),
    "js.account.renew.hint": (
        "{name} loggas ut överallt. Lämna det nya lösenordet själv: det skickas inte.",
        "{name} is logged out everywhere. Hand over the new password yourself: it is not sent.",
    ),
    "js.account.renew.own": ("Byt ditt lösenord", "Change your password"),
    "js.account.disable": ("Stäng av", "Disable"),
    "js.account.disable.who": ("Stäng av kontot {name}", "Disable the account {name}"),
    "js.account.disable.ask": ("Stänga av kontot {name}?", "Disable the account {name}?"),
    "js.account.disable.hint": (
        "{name} loggas ut överallt, genast, och kan inte logga in. Schemat ändras inte.",
        "{name} is logged out everywhere, at once, and cannot log in. The schedule stays as it is.",
    ),
    "js.account.enable": ("Sätt på", "Enable"),
    "js.account.enable.who": ("Sätt på kontot {name}", "Enable the account {name}"),
    "js.account.enable.ask": ("Sätta på kontot {name} igen?", "Enable the account {name} again?"),
    "js.account.enable.hint": (
        "{name} kan logga in igen med sitt gamla lösenord.",
        "{name} can log in again with the old password.",
    ),
    "js.account.added": ("✓ Nytt konto: {name}", "✓ New account: {name}"),
    "js.account.changed": ("✓ Sparat: {name}", "✓ Saved: {name}"),
    "js.account.renewed": (
        "✓ Nytt lösenord för {name}, som är utloggad överallt",
        "✓ New password for {name}, who is logged out everywhere",
    ),
    "js.account.disable.done": (
        "✓ Avstängt: {name}, som är utloggad överallt",
        "✓ Disabled: {name}, who is logged out everywhere",
    ),
    "js.account.enable.done": ("✓ Påsatt: {name}", "✓ Enabled: {name}"),
    "js.account.stale": (
        "Inte sparat: {who} ändrade kontot {time}. Nu: {now}. Det du skrev står kvar.",
        "Not saved: {who} changed the account at {time}. Now: {now}. What you typed is still here.",
    ),
    "js.account.count": ("Konton: {count}", "Accounts: {count}"),
    "js.account.count.part": ("Konton: {shown} av {count}", "Accounts: {shown} of {count}"),
    "js.account.nothing": ("Inget konto passar sökningen.", "No account fits the search."),
    # passwords, wherever one is chosen
    "password.rules": (
        "10 till 200 tecken. Användarnamnet får inte ingå, och minst tre olika tecken behövs.",
        "10 to 200 characters, at least three different ones. The user name must not be in it.",
    ),
    "password.hint": (
        "När du byter loggas du ut från alla andra webbläsare.",
        "When you change it you are logged out of all other browsers.",
    ),
    "password.old": ("Nuvarande lösenord", "Current password"),
    "password.new": ("Nytt lösenord", "New password"),
    "password.again": ("Nytt lösenord igen", "New password again"),
    "password.save": ("Byt lösenord", "Change password"),
    "js.password.rules": (
        "10 till 200 tecken. Användarnamnet får inte ingå, och minst tre olika tecken behövs.",
        "10 to 200 characters, at least three different ones. The user name must not be in it.",
    ),
    "js.password.short": (
        "{count} tecken: minst {least} behövs.",
        "{count} characters: at least {least} are needed.",
    ),
    "js.password.long": ("Högst {most} tecken är tillåtna.", "At most {most} characters are allowed."),
    "js.password.own": ("Användarnamnet får inte ingå.", "The user name must not be in it."),
    "js.password.same": (
        "Minst tre olika tecken behövs.",
        "At least three different characters are needed.",
    ),
    "js.password.other": ("De två är inte lika.", "The two are not the same."),
    "js.password.unchanged": (
        "Det är samma som det nuvarande.",
        "It is the same as the current one.",
    ),
    "js.password.wrong": ("Fel lösenord.", "Wrong password."),
    "js.password.show": ("Visa", "Show"),
    "js.password.show.what": ("Visa: {label}", "Show: {label}"),
    "js.password.hide": ("Dölj", "Hide"),
    "js.password.hide.what": ("Dölj: {label}", "Hide: {label}"),
    "js.password.suggest": ("Föreslå", "Suggest"),
    "js.password.suggest.what": ("Föreslå ett lösenord", "Suggest a password"),
    "js.password.changed": (
        "✓ Lösenordet är bytt {time}. Du är utloggad från alla andra webbläsare; här är du kvar.",
        "✓ The password was changed at {time}. You are logged out of all other browsers; here you stay.",
    ),
    "js.password.wait": (
        "För många fel lösenord. Vänta {seconds} sekunder och försök igen.",
        "Too many wrong passwords. Wait {seconds} seconds and try again.",
    ),
    # copying to the clipboard
    "js.account.copy": ("Kopiera", "Copy"),
    "js.account.copy.what": ("Kopiera: {label}", "Copy: {label}"),
    # API keys
    "keys.hint": (
        "En nyckel låter ett program använda bakjour över HTTP utan att logga in. Ge varje program en egen.",
        "A key lets a program use bakjour over HTTP without anybody logging in. Give each program its own.",
    ),
    "keys.add": ("Ny nyckel", "New key"),
    "keys.list": ("Nycklar som gäller", "Keys that are good"),
    "keys.revoked": ("Återkallade nycklar", "Revoked keys"),
    "js.key.add": ("Ny nyckel", "New key"),
    "js.key.make": ("Skapa nyckeln", "Make the key"),
    "js.key.name": ("Namn", "Name"),
    "js.key.name.hint": (
        "Vilket program den är till, till exempel clinic24 eller övervakning.",
        "Which program it is for, clinic24 or monitoring for example.",
    ),
    "js.key.name.fault": ("1 till 64 tecken är tillåtna.", "1 to 64 characters are allowed."),
    "js.key.name.taken": (
        "Det finns redan en nyckel med det namnet. Återkalla den först, eller välj ett annat namn.",
        "There is a good key of this name. Revoke it first, or choose another name.",
    ),
    "js.key.scope": ("Vad får den göra?", "What may it do?"),
    "js.key.scope.events": ("Skicka händelser", "Send events"),
    "js.key.scope.events.hint": (
        "Larmar genom bakjour, som Clinic24 gör. Ser inget.",
        "Raises alerts through bakjour, as Clinic24 does. Sees nothing.",
    ),
    "js.key.scope.read": ("Läsa", "Read"),
    "js.key.scope.read.hint": (
        "Ser schema, larm och mätvärden, som en läsare. Ändrar inget.",
        "Sees schedule, alerts and metrics, as a reader does. Changes nothing.",
    ),
    "js.key.scope.admin": ("Allt", "Everything"),
    "js.key.scope.admin.hint": (
        "Allt som IT får, och skicka händelser. Ge den bara till det som måste ha det.",
        "All that IT may, and sending events. Give it only to what must have it.",
    ),
    "js.key.shown": ("Nyckeln {name}", "The key {name}"),
    "js.key.shown.warning": (
        "Kopiera nyckeln nu. Den visas bara den här gången och kan inte visas igen.",
        "Copy the key now. It is shown this once and cannot be shown again.",
    ),
    "js.key.shown.lost": (
        "Kommer den bort: återkalla den och skapa en ny.",
        "If it is lost: revoke it and make a new one.",
    ),
    "js.key.key": ("Nyckel", "Key"),
    "js.key.taken": ("Klart, jag har kopierat den", "Done, I have copied it"),
    "js.key.created": ("skapad {date}", "made {date}"),
    "js.key.revoked": ("återkallad {date}", "revoked {date}"),
    "js.key.revoke": ("Återkalla", "Revoke"),
    "js.key.revoke.who": ("Återkalla nyckeln {name}", "Revoke the key {name}"),
    "js.key.revoke.ask": ("Återkalla nyckeln {name}?", "Revoke the key {name}?"),
    "js.key.revoke.hint": (
        "Programmet som använder den nekas genast. Det kan inte ångras: en ny nyckel måste skapas.",
        "The program that uses it is refused at once. This cannot be undone: a new key must be made.",
    ),
    "js.key.revoke.done": ("✓ Återkallad: {name}", "✓ Revoked: {name}"),
    "js.key.revoke.gone": (
        "Nyckeln {name} är redan återkallad.",
        "The key {name} has been revoked already.",
    ),
    "js.key.none": (
        "Ingen nyckel gäller. Program kommer inte in över HTTP.",
        "No key is good. Programs cannot come in over HTTP.",
    ),
}
