"""How six languages read what is not a word: numbers, money, dates, signs, abbreviations."""

from __future__ import annotations

from dataclasses import dataclass

Money = tuple[str, str, str, str]
"""One unit, several units, one hundredth, several hundredths; "" where there is no hundredth."""


@dataclass(frozen=True)
class Language:
    """Words and habits of one language; ``{d} {m} {y}`` in ``date`` are day, month and year."""

    numbers: str  # what num2words calls it
    decimal: str
    point: str
    percent: str
    and_: str
    of: str  # "três milhões de reais"; "" where the unit follows directly
    date: str
    first: str  # the first day of a month; "" where it is a plain number or an ordinal
    months: str  # in order, a space between two
    clock: tuple[str, str]  # with minutes and on the hour; ``{h}`` and ``{n}``
    money: dict[str, Money]
    scales: tuple[str, ...]  # words that may stand between an amount and its currency
    signs: dict[str, str]
    abbreviations: dict[str, str]
    month_first: bool = False
    decimals_as_number: bool = True  # "vírgula vinte e cinco", not "vírgula dois cinco"


EN = Language(
    numbers="en",
    decimal=".",
    point="point",
    percent="percent",
    and_="and",
    of="",
    date="{m} {d}, {y}",
    first="",
    months="January February March April May June July August September October November "
    "December",
    clock=("{h} {n}", "{h} o'clock"),
    money={
        "USD": ("dollar", "dollars", "cent", "cents"),
        "EUR": ("euro", "euros", "cent", "cents"),
        "GBP": ("pound", "pounds", "penny", "pence"),
        "BRL": ("real", "reais", "centavo", "centavos"),
        "JPY": ("yen", "yen", "", ""),
    },
    scales=("thousand", "million", "billion", "trillion"),
    signs={"&": "and", "@": "at", ".": "dot", "/": "slash", "+": "plus", "=": "equals",
           "§": "section", "#": "number", "°": "degrees", "_": "underscore", "-": "dash",
           ":": "colon"},
    abbreviations={"mr": "mister", "mrs": "missus", "dr": "doctor", "vs": "versus",
                   "inc": "incorporated", "ltd": "limited", "no": "number", "e.g": "for example",
                   "i.e": "that is", "etc": "et cetera", "corp": "corporation", "approx":
                   "approximately"},
    month_first=True,
    decimals_as_number=False,
)  # fmt: skip

PT = Language(
    numbers="pt_BR",
    decimal=",",
    point="vírgula",
    percent="por cento",
    and_="e",
    of="de",
    date="{d} de {m} de {y}",
    first="primeiro",
    months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    clock=("{h} e {n}", "{h} horas"),
    money={
        "BRL": ("real", "reais", "centavo", "centavos"),
        "USD": ("dólar", "dólares", "centavo", "centavos"),
        "EUR": ("euro", "euros", "centavo", "centavos"),
        "GBP": ("libra", "libras", "penny", "pence"),
        "JPY": ("iene", "ienes", "", ""),
    },
    scales=("mil", "milhão", "milhões", "bilhão", "bilhões", "trilhão", "trilhões"),
    signs={"&": "e", "@": "arroba", ".": "ponto", "/": "barra", "+": "mais", "=": "igual a",
           "§": "parágrafo", "#": "número", "°": "graus", "_": "sublinhado", "-": "hífen",
           ":": "dois pontos"},
    abbreviations={"sr": "senhor", "sra": "senhora", "dr": "doutor", "dra": "doutora",
                   "nº": "número", "n.º": "número", "n°": "número", "art": "artigo",
                   "pág": "página", "ltda": "limitada", "etc": "etcétera", "av": "avenida",
                   "prof": "professor", "cia": "companhia", "núm": "número"},
)  # fmt: skip

ES = Language(
    numbers="es",
    decimal=",",
    point="coma",
    percent="por ciento",
    and_="y",
    of="de",
    date="{d} de {m} de {y}",
    first="primero",
    months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    clock=("{h} y {n}", "{h} en punto"),
    money={
        "EUR": ("euro", "euros", "céntimo", "céntimos"),
        "USD": ("dólar", "dólares", "centavo", "centavos"),
        "GBP": ("libra", "libras", "penique", "peniques"),
        "BRL": ("real", "reales", "centavo", "centavos"),
        "JPY": ("yen", "yenes", "", ""),
    },
    scales=("mil", "millón", "millones", "billón", "billones"),
    signs={"&": "y", "@": "arroba", ".": "punto", "/": "barra", "+": "más", "=": "igual a",
           "§": "sección", "#": "número", "°": "grados", "_": "guion bajo", "-": "guion",
           ":": "dos puntos"},
    abbreviations={"sr": "señor", "sra": "señora", "dr": "doctor", "dra": "doctora",
                   "nº": "número", "n.º": "número", "n°": "número", "núm": "número",
                   "art": "artículo", "pág": "página", "etc": "etcétera", "av": "avenida",
                   "ud": "usted", "uds": "ustedes", "cía": "compañía"},
)  # fmt: skip

FR = Language(
    numbers="fr",
    decimal=",",
    point="virgule",
    percent="pour cent",
    and_="et",
    of="de",
    date="{d} {m} {y}",
    first="premier",
    months="janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre",
    clock=("{h} heures {n}", "{h} heures"),
    money={
        "EUR": ("euro", "euros", "centime", "centimes"),
        "USD": ("dollar", "dollars", "cent", "cents"),
        "GBP": ("livre", "livres", "penny", "pence"),
        "BRL": ("réal", "réaux", "centavo", "centavos"),
        "JPY": ("yen", "yens", "", ""),
    },
    scales=("mille", "million", "millions", "milliard", "milliards"),
    signs={"&": "et", "@": "arobase", ".": "point", "/": "barre", "+": "plus", "=": "égale",
           "§": "paragraphe", "#": "numéro", "°": "degrés", "_": "tiret bas", "-": "tiret",
           ":": "deux-points"},
    abbreviations={"m": "monsieur", "mme": "madame", "mlle": "mademoiselle", "dr": "docteur",
                   "n°": "numéro", "nº": "numéro", "art": "article", "etc": "et cetera",
                   "cie": "compagnie", "av": "avenue"},
)  # fmt: skip

IT = Language(
    numbers="it",
    decimal=",",
    point="virgola",
    percent="per cento",
    and_="e",
    of="di",
    date="{d} {m} {y}",
    first="primo",
    months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    clock=("{h} e {n}", "{h}"),
    money={
        "EUR": ("euro", "euro", "centesimo", "centesimi"),
        "USD": ("dollaro", "dollari", "centesimo", "centesimi"),
        "GBP": ("sterlina", "sterline", "penny", "pence"),
        "BRL": ("real", "real", "centavo", "centavos"),
        "JPY": ("yen", "yen", "", ""),
    },
    scales=("mila", "milione", "milioni", "miliardo", "miliardi"),
    signs={"&": "e", "@": "chiocciola", ".": "punto", "/": "barra", "+": "più", "=": "uguale a",
           "§": "paragrafo", "#": "numero", "°": "gradi", "_": "trattino basso",
           "-": "trattino", ":": "due punti"},
    abbreviations={"sig": "signor", "dott": "dottor", "n°": "numero", "nº": "numero",
                   "art": "articolo", "pag": "pagina", "ecc": "eccetera"},
)  # fmt: skip

DE = Language(
    numbers="de",
    decimal=",",
    point="Komma",
    percent="Prozent",
    and_="und",
    of="",
    date="{d} {m} {y}",
    first="",
    months="Januar Februar März April Mai Juni Juli August September Oktober November "
    "Dezember",
    clock=("{h} Uhr {n}", "{h} Uhr"),
    money={
        "EUR": ("Euro", "Euro", "Cent", "Cent"),
        "USD": ("Dollar", "Dollar", "Cent", "Cent"),
        "GBP": ("Pfund", "Pfund", "Penny", "Pence"),
        "BRL": ("Real", "Real", "Centavo", "Centavos"),
        "JPY": ("Yen", "Yen", "", ""),
    },
    scales=("Tausend", "Million", "Millionen", "Milliarde", "Milliarden", "Mio", "Mrd"),
    signs={"&": "und", "@": "at", ".": "Punkt", "/": "Schrägstrich", "+": "plus", "=": "gleich",
           "§": "Paragraph", "#": "Nummer", "°": "Grad", "_": "Unterstrich", "-": "Strich",
           ":": "Doppelpunkt"},
    abbreviations={"hr": "Herr", "fr": "Frau", "nr": "Nummer", "dr": "Doktor", "z.b":
                   "zum Beispiel", "d.h": "das heißt", "bzw": "beziehungsweise", "usw":
                   "und so weiter", "str": "Straße", "abs": "Absatz", "mio": "Millionen",
                   "mrd": "Milliarden"},
    decimals_as_number=False,
)  # fmt: skip

LANGUAGES = {"en": EN, "pt": PT, "es": ES, "fr": FR, "it": IT, "de": DE}
"""Two-letter language code to its habits."""

CURRENCY_SIGNS = {"R$": "BRL", "US$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
"""A bare dollar sign is the US dollar: the text does not say otherwise."""
