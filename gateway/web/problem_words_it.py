"""What IT alone meets of `problem_words`: faults of roster files, and what is wrong with the record.

Rules: as there.
"""

FILES = {
    "must name the columns, `table` among them": "ska namnge kolumnerna, ”table” bland dem",
    "is no CSV: {error}": "är inte CSV: {error}",
    "is not UTF-8 text": "är inte text i UTF-8",
    "is not UTF-8 text, here or soon after: {error}": "är inte text i UTF-8, här eller strax efter: {error}",
    "has {count} cells; the first line names {columns}": "har {count} celler; första raden namnger {columns}",
    "{name} is no table; allowed: {names}": "{name} är ingen tabell; ska vara något av {names}",
    "unknown columns: {names}; allowed: {allowed}": "okända kolumner: {names}; ska vara några av {allowed}",
    "is longer than {most} characters": "är längre än {most} tecken",
    "names a column twice": "nämner en kolumn två gånger",
    "{name} holds {mark}; a CSV roster cannot, TOML can": (
        "{name} innehåller {mark}; det går i TOML men inte i CSV"
    ),
    "is no TOML: {what}": "är inte TOML: {what}",
    "unknown table; allowed: {names}": "okänd tabell; ska vara något av {names}",
    "has {count} entries; allowed in a TOML file: {most}": "har {count} poster; en TOML-fil får ha {most}",
    "must be written as tables, {how}": "ska skrivas som tabeller, {how}",
    "{key} stands in {places} already": "{key} står redan i {places}",
    "is nested too deep to be a roster file": "är nästlat för djupt för att vara ett schema",
}

RECORD = {
    "row {row} follows row {last}: rows between them are missing": (
        "rad {row} följer på rad {last}: rader däremellan saknas"
    ),
    "row {row} does not continue row {last}: one of the two was exchanged": (
        "rad {row} fortsätter inte rad {last}: en av dem är utbytt"
    ),
    "row {row} was altered: its content does not give its hash": (
        "rad {row} är ändrad: innehållet ger inte radens kontrollsumma"
    ),
    "row {row} does not have the hash that was noted: the record was made anew": (
        "rad {row} har inte den kontrollsumma som noterades: historiken är gjord på nytt"
    ),
    "the head is missing, which says that the record ends with row {row}": (
        "huvudet, som säger att historiken slutar med rad {row}, saknas"
    ),
    "the record ends with row {end}, but its head names row {row}: cut or added": (
        "historiken slutar med rad {end}, men huvudet nämner rad {row}: rader är borttagna eller tillagda"
    ),
    "row {row}, which was noted, is missing": "rad {row}, som noterades, saknas",
    "row {row}, which was noted, is kept no longer: it proves nothing now": (
        "rad {row}, som noterades, sparas inte längre: den bevisar ingenting nu"
    ),
    "row 1 names a row before it: rows were exchanged": "rad 1 nämner en rad före sig: rader är utbytta",
    "the record begins with row {row}, and no row says that older ones were removed": (
        "historiken börjar med rad {row}, och ingen rad säger att äldre rader togs bort"
    ),
}
