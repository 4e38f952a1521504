"""Times that are written out. Everything is said on Tuesday, 30 June 2026 at 10:00 in Berlin, unless told otherwise."""

from datetime import datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from inbox.intents.times import Proposed, proposed_time

BERLIN = ZoneInfo("Europe/Berlin")
SAID = datetime(2026, 6, 30, 10, tzinfo=BERLIN)

READ = """
Could we say half past two tomorrow? | 07-01 14:30 | half past two tomorrow
Quarter to four on Thursday works. | 07-02 15:45 | Quarter to four on Thursday
Let's do Friday at a quarter past ten. | 07-03 10:15 | Friday at a quarter past ten
I could come at three in the afternoon on Monday. | 07-06 15:00 | at three in the afternoon on Monday
Thursday at half two is fine by me, love | 07-02 14:30 | Thursday at half two
tomorrow at half past 3 pls | 07-01 15:30 | tomorrow at half past 3
Can you ring me at four? | 06-30 16:00 | at four
Wednesday at nine then. | 07-01 09:00 | Wednesday at nine
Tomorrow, ten o'clock sharp, my place. | 07-01 10:00 | Tomorrow, ten o'clock
Let's meet tomorrow at noon. | 07-01 12:00 | tomorrow at noon
Ring me at noon, I'm on site before that. | 06-30 12:00 | at noon
tomorrow two thirty pm | 07-01 14:30 | tomorrow two thirty pm
Friday at two thirty would be perfect | 07-03 14:30 | Friday at two thirty
Thursday at ten to three suits | 07-02 14:50 | Thursday at ten to three
Friday suits, at twenty past eleven | 07-03 11:20 | Friday suits, at twenty past eleven
I'm free tomorrow between two and four. | 07-01 14:00 | tomorrow between two and four
Tomorrow evening at half past seven, after the kids are in bed | 07-01 19:30 | Tomorrow evening at half past seven
at half past seven tomorrow morning, I start early | 07-01 07:30 | at half past seven tomorrow
Could you call at three this afternoon? | 06-30 15:00 | at three this afternoon
Thursday half past two GMT | 07-02 16:30 | Thursday half past two GMT
Fire drill at two, so let's begin at 2.20 instead. | 06-30 14:20 | at 2.20
Good evening, at nine tomorrow is perfect. | 07-01 09:00 | at nine tomorrow
Can't do two but half past three tomorrow works. | 07-01 15:30 | half past three tomorrow
Passt, morgen um halb drei. | 07-01 14:30 | morgen um halb drei
Donnerstag Viertel nach vier ginge | 07-02 16:15 | Donnerstag Viertel nach vier
Geht Freitag um viertel vor elf? | 07-03 10:45 | Freitag um viertel vor elf
am Montag um fünf vor halb drei | 07-06 14:25 | Montag um fünf vor halb drei
Rufen Sie mich bitte um drei an. Oder besser um drei. | 06-30 15:00 | um drei
Übermorgen vierzehn Uhr dreißig, bei Ihnen | 07-02 14:30 | Übermorgen vierzehn Uhr dreißig
Freitag abend um halb acht? | 07-03 19:30 | Freitag abend um halb acht
morgen halb 3 passt mir | 07-01 14:30 | morgen halb 3
Was halten Sie von Donnerstag um dreiviertel drei? | 07-02 14:45 | Donnerstag um dreiviertel drei
Morgen früh um halb neun | 07-01 08:30 | Morgen früh um halb neun
demain à trois heures et demie ? | 07-01 15:30 | demain à trois heures et demie
Je vous propose jeudi à quatorze heures. | 07-02 14:00 | jeudi à quatorze heures
vendredi à dix heures moins le quart, ça vous va ? | 07-03 09:45 | vendredi à dix heures moins le quart
On s'appelle à midi ? | 06-30 12:00 | à midi
mercredi midi et demi au bureau | 07-01 12:30 | mercredi midi et demi
ce soir à huit heures moins le quart | 06-30 19:45 | ce soir à huit heures moins le quart
lundi vers neuf heures et quart | 07-06 09:15 | lundi vers neuf heures et quart
à 3 heures et demie demain | 07-01 15:30 | à 3 heures et demie demain
El jueves a las dos y media me va bien. | 07-02 14:30 | jueves a las dos y media
¿Mañana a las cuatro de la tarde? | 07-01 16:00 | Mañana a las cuatro de la tarde
el viernes a las once menos cuarto | 07-03 10:45 | viernes a las once menos cuarto
lunes a la una y cuarto, por favor | 07-06 13:15 | lunes a la una y cuarto
Cuarto para las tres mañana, ¿sí? | 07-01 14:45 | Cuarto para las tres mañana
Llámeme a las cinco. | 06-30 17:00 | a las cinco
a las 2 y media del jueves | 07-02 14:30 | a las 2 y media del jueves
Amanhã às duas e meia pode ser? | 07-01 14:30 | Amanhã às duas e meia
quinta-feira ao meio-dia | 07-02 12:00 | quinta-feira ao meio-dia
segunda-feira às quinze para as quatro | 07-06 15:45 | segunda-feira às quinze para as quatro
Sexta-feira às dez e quinze fica bom. | 07-03 10:15 | Sexta-feira às dez e quinze
domani alle tre e mezza | 07-01 15:30 | domani alle tre e mezza
giovedì alle dieci meno un quarto | 07-02 09:45 | giovedì alle dieci meno un quarto
morgen om half drie kan ik | 07-01 14:30 | morgen om half drie
donderdag kwart voor elf | 07-02 10:45 | donderdag kwart voor elf
besok jam setengah tiga ya kak | 07-01 14:30 | besok jam setengah tiga
Kamis jam dua siang bisa? | 07-02 14:00 | Kamis jam dua siang
besok jam sebelas siang | 07-01 11:00 | besok jam sebelas siang
lusa jam empat kurang seperempat | 07-02 15:45 | lusa jam empat kurang seperempat
nanti malam jam delapan | 06-30 20:00 | nanti malam jam delapan
kal saadhe teen baje call karo | 07-01 15:30 | kal saadhe teen baje
aaj dhai baje free hu | 06-30 14:30 | aaj dhai baje
kal 4 baje milte hai | 07-01 16:00 | kal 4 baje
Monday ko sawa gyarah baje theek hai | 07-06 11:15 | Monday ko sawa gyarah baje
parso shaam saade saat baje | 07-02 19:30 | parso shaam saade saat baje
paune do baje call kijiye | 06-30 13:45 | paune do baje
Tuesday at 4:30 | 07-07 16:30 | Tuesday at 4:30
Thursday at 3 o'clock please | 07-02 15:00 | Thursday at 3 o'clock
Dienstag um 3 Uhr | 07-07 15:00 | Dienstag um 3 Uhr
tomorrow evening at 7 | 07-01 19:00 | tomorrow evening at 7
besok jam 11 siang | 07-01 11:00 | besok jam 11 siang
um 10 am Freitag | 07-03 10:00 | um 10 am Freitag
Thurs 2pm is fine | 07-02 14:00 | Thurs 2pm
Wed at three | 07-01 15:00 | Wed at three
quinta às dez, pode ser? | 07-02 10:00 | quinta às dez
half eight on Monday | 07-06 08:30 | half eight on Monday
three in the afternoon tomorrow | 07-01 15:00 | three in the afternoon tomorrow
three-thirty tomorrow? | 07-01 15:30 | three-thirty tomorrow
I have a meeting at two tomorrow, so four o'clock please | 07-01 16:00 | tomorrow, so four o'clock
zehn vor zwei am Montag | 07-06 13:50 | zehn vor zwei am Montag
uma e meia amanhã | 07-01 13:30 | uma e meia amanhã
kal 4-5 baje aa jao | 07-01 16:00 | kal 4-5 baje
at ten tomorrow or half past three on Friday | 07-01 10:00 | at ten tomorrow
Zwei Uhr ist mir zu früh, halb vier am Mittwoch geht | 07-01 15:30 | halb vier am Mittwoch
Plutôt onze heures et quart jeudi | 07-02 11:15 | onze heures et quart jeudi
mangalvar ko 3 baje | 07-07 15:00 | mangalvar ko 3 baje
morgen Vormittag um zehn oder halb elf | 07-01 10:00 | morgen Vormittag um zehn
at three PM EST on Friday | 07-03 21:00 | at three PM EST on Friday
Friday at one | 07-03 13:00 | Friday at one
Friday one thirty | 07-03 13:30 | Friday one thirty
el jueves a las once | 07-02 11:00 | jueves a las once
lunes a la una, por favor | 07-06 13:00 | lunes a la una
jeudi à une heure de l'après-midi | 07-02 13:00 | jeudi à une heure
tomorrow at half past nine at night | 07-01 21:30 | tomorrow at half past nine at night
Rufen Sie mich morgen um neun Uhr an | 07-01 09:00 | morgen um neun Uhr
morgen um halb elf nachts | 07-01 22:30 | morgen um halb elf nachts
tomorrow at 9:30 at night | 07-01 21:30 | tomorrow at 9:30
Hi Kal, can we talk at half past two? | 06-30 14:30 | at half past two
Theek hai. Kal 4 baje milte hai | 07-01 16:00 | Kal 4 baje
Haan ji, Kal 4 baje milte hai | 07-01 16:00 | Kal 4 baje
Sat at noon | 07-04 12:00 | Sat at noon
Sat at 3 | 07-04 15:00 | Sat at 3
wed around half past two | 07-01 14:30 | wed around half past two
Sat at around 3 works | 07-04 15:00 | Sat at around 3
Mon at a quarter to four | 07-06 15:45 | Mon at a quarter to four
"""
DAYS = """
The Thursday one works for me. | 07-02
I'd take the Friday one, please. | 07-03
Can we talk tomorrow once this is sorted? | 07-01
Friday once in the office | 07-03
Tue at the latest | 07-07
"""
NOTHING = """
I have two and a half years of experience with this.
Three of us will join.
Half of the team is away.
We may look at it in the second half.
We grew by a third in the last quarter to two million.
It is sold at three euros apiece.
At two percent we would talk again.
We are at five people now.
Look at one of our sites first.
The Noon Group and Peter Noon are our clients.
I work at Three.
We are open until half past two.
Our shop closes at five.
Every day at three we have a stand-up.
I called at four and nobody answered.
At one point we had four vendors.
Half past seven would be good.
Um halb acht passt es mir.
We have two vans in the morning and three in the afternoon.
From five to ten people would use it.
Can't do half past two.
Wir sind um drei Prozent teurer geworden.
Wir haben zweieinhalb Jahre gewartet.
Es dauert drei Stunden und eine halbe Stunde Fahrt.
Die Hälfte der Zeit, halb so teuer.
Wir arbeiten bis halb sechs.
Es ist zwei Wochen her, um drei Ecken gehört.
La formation dure trois heures et demie.
On est à deux heures de Paris.
Je suis en réunion jusqu'à trois heures et demie.
Nos bureaux sont près du Canal du Midi.
Tenemos dos años y medio de contrato.
Mandé el correo a las tres empresas.
Cerramos a las dos y media.
Quanto custa por duas horas e meia de aula?
Enviei às duas empresas.
Un contratto di tre anni e mezzo.
We hebben twee en een half jaar gewacht.
Perjalanannya dua jam setengah.
Buka 24 jam, tujuh hari.
Toko tutup jam lima.
Do teen log aayenge.
Saadhe teen hazaar rupaye bahut zyada hai.
Kal 4 baje baat hui thi.
Hum paanch baje tak khule hai.
Kya dedh lakh me ho jayega?
At least two, at most three.
Please respond, at your convenience, with two or three options.
The meeting moved from one team to another.
Kal Penn is our speaker.
I can only do Fridays at ten.
The kids finish school at three.
Don't ring at noon.
The sitter has to leave at five.
À deux heures près, c'est égal.
Son las dos y media ya.
Les escribí a las dos.
Tomorrow at seven?
It is a quarter to 99.
Nous sommes à une heure de Lyon.
On est à une heure d'Orléans.
On est à 2 heures de Paris.
Kal and Priya said thanks.
Estamos à uma hora de Lisboa.
Thanks Kal, happy to meet.
Kal, thanks for the demo.
Sat at my desk right now.
Sat at the airport, let's find a slot.
Sat at one of your tables.
We got wed at the town hall.
"""


HOURS = {
    "Thursday at half past {}": "one two three four five six seven eight nine ten eleven twelve",
    "Thursday at quarter to {}": "one two three four five six seven eight nine ten eleven twelve",
    "Donnerstag um halb {}": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "Donnerstag um Viertel nach {}": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "jeudi à {} heures et quart": "une deux trois quatre cinq six sept huit neuf dix onze douze",
    "jueves a las {} y media": "una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "quinta-feira às {} e meia": "uma duas três quatro cinco seis sete oito nove dez onze doze",
    "giovedì alle {} e mezza": "una due tre quattro cinque sei sette otto nove dieci undici dodici",
    "donderdag kwart voor {}": "een twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "Kamis jam setengah {}": "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas dua_belas",
    "Thursday ko saadhe {} baje": "ek do teen char paanch chhe saat aath nau das gyarah barah",
}


def proposed(text: str, said_at: datetime = SAID) -> Proposed | None:
    return proposed_time(text, said_at, BERLIN)


@pytest.mark.parametrize("line", READ.strip().splitlines())
def test_a_time_in_words_is_read(line: str) -> None:
    text, start, words = line.split(" | ")
    found = proposed(text)
    assert found is not None
    assert (f"{found.start:%m-%d %H:%M}", text[slice(*found.span)], found.has_time) == (start, words, True)


@pytest.mark.parametrize("line", DAYS.strip().splitlines())
def test_a_day_followed_by_what_is_no_hour_is_the_day_alone(line: str) -> None:
    text, day = line.split(" | ")
    found = proposed(text)
    assert found is not None
    assert (f"{found.start:%m-%d %H:%M}", found.has_time) == (f"{day} 09:00", False)


@pytest.mark.parametrize("text", NOTHING.strip().splitlines())
def test_numbers_that_are_no_time_to_meet_propose_none(text: str) -> None:
    assert proposed(text) is None


def test_a_time_that_is_past_means_the_next_day_where_no_day_is_named() -> None:
    late = SAID.replace(hour=16)
    found = proposed("Ring me at half past two", late)
    assert found is not None
    assert found.start == SAID.replace(month=7, day=1, hour=14, minute=30)
    assert proposed("Ring me today at half past two", late) is None
    assert proposed("Rufen Sie heute um halb drei an", late) is None
    assert proposed("Call me at three this afternoon", late) is None


@pytest.mark.parametrize("sentence", HOURS)
def test_an_hour_in_words_is_the_hour_in_digits_and_lies_within_working_hours(sentence: str) -> None:
    for hour, word in enumerate(HOURS[sentence].split(), 1):
        spelt, digits = proposed(sentence.format(word.replace("_", " "))), proposed(sentence.format(hour))
        assert (spelt and spelt.start) == (digits and digits.start), word
        if spelt is not None:
            assert spelt.has_time
            assert 8 <= spelt.start.hour < 19
            assert spelt.start.minute in (15, 30, 45)
        else:
            assert hour in (7, 8)


def test_it_takes_no_longer_than_a_few_milliseconds() -> None:
    hostile = ("das baje kal ", "at one ", "half past half ")
    begun = process_time()
    for words in hostile:
        proposed(words * 2000)
    assert process_time() - begun < len(hostile) * 0.5
