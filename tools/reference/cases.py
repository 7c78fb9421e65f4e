"""The project's own scoring inputs: hostile, odd and multilingual. All of it is made up here.

cases() yields them in the format of `streamer score`, with their name in "case".
They change only on purpose: recorded values belong to them.
"""
import datetime

USERS = {
    "anonymous": {"user_text": "192.0.2.7", "user_is_bot": False},
    "new": {"user_id": 9000001, "user_groups": ["*", "user"], "registered": -2},
    "veteran": {"user_id": 4711, "user_groups": ["*", "user", "autoconfirmed", "autopatrolled", "rollback"], "registered": -5000},
    "bot": {"user_id": 815, "user_groups": ["*", "user", "bot"], "user_is_bot": True, "registered": -3000},
    "sysop": {"user_id": 42, "user_groups": ["*", "user", "sysop", "checkuser", "filemover"], "registered": -6000},
    "no registration": {"user_id": 12, "user_groups": ["*", "user", "editor"]},
    "registered after the edit": {"user_id": 13, "user_groups": ["*", "user", "patroller"], "registered": 3},
    "no groups": {"user_id": 14, "registered": -400},
}

ENGLISH = """'''Saltmarsh''' is a [[village]] on the made-up coast of [[Nowhere]].<ref name="a">{{cite web|url=https://example.org/a?b=c&d=e|title=A village|date=2019-04-01}}</ref> It has 1,204 inhabitants, 3 mills and NO railway station.

{{Infobox settlement
| name = Saltmarsh
| image = Saltmarsh harbour.jpg
| population = {{formatnum:1204}}
}}
== History ==
The harbour was dug in 1620. "Don't build here", said the old miller's wife; they built anyway!<ref>{{Cite book|last=Doe|first=J.|pages=1–20}}</ref> Who paid for it? Nobody knows.{{Citation needed|date=May 2020}}

=== The flood ===
In 1703 the sea came. See also [[Flood#Causes|other floods]], [http://example.com/flood the report] and https://example.net/list.

* first item
* second item; it goes on
# numbered
: indented

== References ==
{{reflist}}
[[Category:Villages]] [[File:Saltmarsh.jpg|thumb|200px|The [[harbour]] in ''spring'']]
"""

GERMAN = """'''Grünfließ''' ist eine erfundene Straße in der Stadt Übermühl. Dort wohnen 12 Müller, 7 Weiß und KEINE Bäcker.<ref>Größe laut ''Übermühler Boten'', 3. Mai 1998.</ref>

== Geschichte ==
Im Jahre 1848 hieß sie „Große Gasse“. Der Bürgermeister sagte: „Das wär’s!“ — und ging. STRASSE oder STRAẞE? Beides.
{{Hauptartikel|Übermühl}} [[Datei:Grünfließ.jpg|mini|Häuser]] [[Kategorie:Straße]]
"""

FRENCH = """L'''île aux Œufs'' n'existe pas ; elle fut « découverte » en 1742 par l'abbé Noël Léger{{Référence souhaitée}}.

== Géographie ==
Aujourd'hui, qu'est-ce qu'on y voit ? Des chênes, des ânes : c'est tout !<ref name="île">{{Ouvrage|auteur=Zoé Ançay|titre=Où ?}}</ref>
{{Article principal|Îles}} [[Fichier:Île.svg|vignette]] [[Catégorie:Île imaginaire]]
"""

SPANISH = """¿Dónde está '''Villaseñor'''? ¡En ninguna parte! La señora Núñez, de 98 años, vendía ÑOQUIS y pingüinos de papel.

== Economía ==
El 50 % del corazón [[economía|económico]] es la piña.<ref>''Guía'', p. 3.</ref>
"""

PORTUGUESE = """{{Info/Localidade|nome=São Ninguém|imagem=Praça.png}}
'''São Ninguém''' é uma aldeia inventada.{{Carece de fontes}} Não há pão nem coração; há 3 caminhões.<ref>{{Citar web|url=http://exemplo.pt|titulo=Nada}}</ref>

Um parágrafo sem referência nenhuma, com várias palavras. E outra frase!

[[Ficheiro:Praça.jpg|thumb]] [[Categoria:Aldeias]] {{Galeria|Imagem1=a.jpg|Ficheiro:b.jpg}}
"""

BASQUE = """{{Biografia infotaula automatikoa}}
'''Inor Ez''' asmatutako idazle bat da.{{erref behar}} Hiru liburu idatzi zituen: ''Bat'', ''Bi'' eta ''Hiru''.

Bigarren paragrafoa, oharrik gabe. [[Fitxategi:Ez.jpg]] [[Kategoria:Idazleak]]
"""

RUSSIAN = """'''Ёлкино''' — вымышленная деревня. В 1905 году там жили 17 человек, 4 КОШКИ и один пёс.<ref>Летопись. — М., 1906. — С. 5.</ref>

== История ==
«Кто здесь?» — спросил сторож. Никто не ответил… Объём работ вырос в 2,5 раза{{нет АИ|12|5|2020}}.
[[Файл:Ёлкино.png|мини|Вид]] [[Категория:Деревни]]
"""

UKRAINIAN = """'''Їжакове''' — вигадане село. Об'єднання та об’єднання: обидва з апострофом. Ґава й ЄДНІСТЬ.

{{Докладніше|Їжак}} [[Зображення:Їжак.jpg]] [[Категорія:Села]]
"""

GREEK = """Η '''Νήσος Ανύπαρκτος''' είναι φανταστική. Ο ΟΔΥΣΣΕΥΣ, ο οδυσσευς και ο Οδυσσέας· τρεις λέξεις; ΤΕΛΟΣ ΣΣΣ σσς.

== Ιστορία ==
Το 480 π.Χ. ήταν εκεί 300 άνδρες.
"""

TURKISH = """'''Iğdırlı''' bir köydür; İstanbul'a uzaktır. DİKKAT: ISPARTA, ısparta, ispartalı, İİİ, ııı.

{{Köy bilgi kutusu|ad=Iğdırlı}} {{Kaynak belirt}} {{Web kaynağı|başlık=Şey}} [[Resim:Köy.jpg]] [[Kategori:Köyler]]
"""

ARABIC = """'''قرية الملح''' قريةٌ خياليّةٌ عددُ سُكّانِها ١٢٣٤ نسمة، وفيها ثلاثُ طواحين.<ref>كتاب الخيال، ص ٧.</ref> أين هي؟ لا أحد يعرف!

== التاريخ ==
ســـــلام على الجميع. بُنيت سنة 1620 م.
"""

PERSIAN = """'''ده نمک''' روستایی خیالی است که می‌گویند در سال ۱۳۰۵ ساخته شد.{{مدرک}} چه کسی ساخت؟ خانه‌ها کوچک‌اند.

{{جعبه اطلاعات}} [[پرونده:ده.jpg]] [[رده:روستاها]]
"""

HEBREW = """'''כפר המלח''' הוא כפר דמיוני\u200f. ד"ר כהן אמר: "אין כזה מקום\u200e (OK)\u200f". בְּרֵאשִׁית נִבְרָא הַכְּפָר בשנת 1905.

== היסטוריה ==
צה\u05f4ל לא היה שם; גם לא ח\u05f3ן.
"""

HINDI = """'''नमकपुर''' एक काल्पनिक गाँव है। यहाँ १२३४ लोग रहते हैं। क्या यह सच है? नहीं! विद्यार्थी, श्रीमती और क्षत्रिय॥

== इतिहास ==
सन् 1905 में बना।
"""

BENGALI = """'''লবণপুর''' একটি কাল্পনিক গ্রাম। এখানে ১২৩ জন বাস করে। দুষ্টু লোক, দুষ্টু ছেলে, দুষ্টু দুষ্টু কথা।

== ইতিহাস ==
কেউ জানে না!
"""

TAMIL = """'''உப்பூர்''' ஒரு கற்பனைக் கிராமம். இங்கு 123 பேர் வாழ்கின்றனர். அது உண்மையா? இல்லை!

== வரலாறு ==
ஸ்ரீ க்ஷேத்திரம் 1905.
"""

THAI = """'''บ้านเกลือ''' เป็นหมู่บ้านสมมติ มีคน ๑๒๓ คน ไม่มีช่องว่างระหว่างคำเลยสักคำเดียวจริงๆนะ

== ประวัติ ==
สร้างเมื่อปี 2448 ครับ
"""

JAPANESE = """'''塩村'''(しおむら)は架空の村である。人口は1,234人。「誰もいない」と言った!ラーメン、カフェーとABC中文をたべる。

== 歴史 ==
1905年に作られた。々〆〇 ㍻ ー ｶﾞﾊﾟ
"""

CHINESE = """'''盐村'''是虚构的村庄。人口１２３４人。它在哪里？没人知道！简体与繁體並存，𠀀𪚥。

== 历史 ==
建于1905年。
"""

KOREAN = """'''소금마을'''은 가상의 마을이다. 인구는 1,234명. 어디에 있나요? 아무도 몰라요! ㅋㅋㅋㅋ 한글漢字 각 각.

== 역사 ==
1905년에 지어졌다.
"""

EMOJI = "Family 👨‍👩‍👧‍👦 and flags 🇩🇪🇫🇷, skin 👍🏽👍🏽👍🏽, heart ❤️❤, keycap 3️⃣, rainbow 🏳️‍🌈. 😂😂😂😂😂 lol\n"

COMBINING = "e\u0301e\u0301 cafe\u0301 ñ n\u0303 Å A\u030a \u1e9b\u0323 ﬁ ﬃ ŉ ǆ ǅ ß ẞ ſ K Å Ω ͅ \u0345 Z\u0334\u0335\u0336a\u0337l\u0338g\u0321o\n"

SPACES = ("a\u00a0b\u2003c\u202fd\u3000e\u200bf\ufeffg\u2028line\u2029paragraph\x85next\x0bvt\x0cff\x1cfs\x1dgs\x1ers\x1fus "
          "\t tab\n\n \n \r\n\r\nend\r")

TABLES = """{| class="wikitext sortable" style="width:100%"
|+ Caption with [[link]]
! Head !! Head 2
|-
| cell || style="color:red" | styled cell || {{tpl|a|b=c}}
|- bgcolor="#fff"
|
{| nested
| inner || <ref>in a table</ref>
|}
| last|}
|}
after the table | } {| {||} |}
"""

TEMPLATES = """{{a|{{b|{{c|{{d|e={{{f|{{g}}}}}}}}}}}}}}
{{ spaced name
| 1 = [[x|y]] | two = <nowiki>{{not}}</nowiki>
| url=http://example.org/?q={{urlencode:x}} }}
{{#if:{{{1|}}}|yes|{{no|}}}} {{{{{meta}}}}} {{{{{{deep}}}}}} {{}} {{|}} {{<!-- c -->name<!-- d -->|x}}
{{Cite|a}}{{cite journal|a}}{{ cite web|b}}{{Harvnb|Doe}}{{sfn|Doe|1999}}{{Main|X}}{{Who?}}{{Fact}}{{multiple image|image1=a.jpg|image2=File:b.png}}
{{infobox x|image=a.JPG|logo=b.svg|pdf=c.pdf}} {{Wide image|z.jpg}}
"""

REFERENCES = """A<ref>one</ref> b<ref name=x>two</ref> c<ref name="x" /> d<ref name='y' group=n>three <ref>nested</ref></ref>
e<REF>upper</REF> f<ref
name="broken>four</ref> g<references/> h<references>i<ref name=z>j</ref></references> k<ref/>l<ref name=x/>m
<refx>no</refx> <ref name="q">unclosed
"""

UNCLOSED = """[[link [[nested|x]] [http://example.org no close {{tpl|a={{b [[c]]
'''bold ''italic '''''both <b>tag <i>other</b> <!-- comment
== heading
=== broken ==
<ref>x {| table ( ( [ { {{{arg|
"""

GALLERIES = """<gallery mode="packed" caption="Pictures">
File:One.jpg|The ''first''
Image:Two.png|[[second]]
photo1a three
</gallery>
<imagemap>
Image:Map.svg|200px
rect 0 0 10 10 [[Place]]
</imagemap>
<math>\\frac{a}{b} < c</math> <nowiki>[[no]] '''no'''</nowiki> <pre>{{no}}</pre> <code>a|b</code> <br><br/><hr /> <li>x<li>y
<source lang="go">if a < b { return "</" }</source> <span style="color:#f00" class='a b'>s</span> <u>u</u><s>s</s><sup>2</sup> <poem>
a
</poem>
"""

COMMENTS = "a<!-- x -->b<!----><!-- -- -->c<!-- [[in]] {{side}} == no == -->\n<!-- a\nb -->== Head<!-- c --> ==\n<!--unclosed [[link]] {{t}}\n"

REPEATED = "a" * 300 + " " + "!" * 77 + " " + "АаАаАа" * 20 + " " + "ха" * 50 + "\n" + "=" * 40 + "\n" + "İ" * 31 + "ı" * 9 + "\n" + "'" * 25 + "\n"

LINKS = """http://example.org https://example.org/a_(b) ftp://x.y/z mailto:a@b.c //proto.rel/x HTTP://UPPER.example/ gopher://g
[http://example.org] [https://example.org/a b c] [//rel.example x] [mailto:a@b.c m] [http:// bad] [notaurl x] [http://example.org/[[x]] y]
[[Simple]] [[Simple|text]] [[Simple|text|more]] [[:Category:X]] [[category:x]] [[ File : y.jpg ]] [[File:z.jpg|thumb|left|[[a]] b]] [[a]]s [[a
b]] [[a{{b}}c]] [[]] [[|]] [[#s]] http://example.org/ünïcode?q=ä&x=%20. (http://example.org), http://example.org''x''
"""

ENTITIES = "&amp; &lt;b&gt; &nbsp; &#65; &#x1F600; &#0; &#xD800; &#1114112; &hellip; &bogus; &NBSP; &amp &#; &#x; &eacute;t&eacute; &Alpha;&alpha; A&amp;B;\n"

HEADINGS = "= One =\n== Two ==\n=== Three ===\n==== Four ====\n===== Five =====\n====== Six ======\n======= Seven =======\n== a = b ==\n==x==y\n== {{t}} [[l]] ''i'' ==\n ==not==\n====\n=\n==\n===\n== Two ==\n"

BADWORDS = "Arrr matey! arr ARRRR, landlubbers; sea-dogs and sea dogs, scurvy knave. Not scurvy. You bilge rat, bilge-rats! Yo ho ho ho. BILGE rat\n"

NUL = "a\x00b \x00\x00 [[x\x00y]] {{t\x00}} <ref>\x00</ref> \x01\x02\x1b\x7f \ufffd \ufffe \U0010fffd \U000e0001\n"


def days(base, n):
    return (base + datetime.timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


def case(name, text, parent=None, user="veteran", comment="", namespace=0, at="2024-05-17T13:37:00Z", **more):
    """An input. parent is its text; None is a page creation."""
    moment = datetime.datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ")
    performer = {"user_text": f"User {user}", "user_is_bot": False, **USERS[user]}
    registered = performer.pop("registered", None)
    if registered is not None:
        performer["user_registration_dt"] = days(moment, registered)
    number = int.from_bytes(name.encode(), "big") % 999_999_937  # of the name: a new case renumbers no other
    event = {
        "$schema": "/mediawiki/revision/create/2.0.0",
        "meta": {"stream": "mediawiki.revision-create", "domain": "test.example", "dt": at},
        "database": "testwiki", "page_id": number, "page_title": name.replace(" ", "_"), "page_namespace": namespace,
        "rev_id": number, "rev_timestamp": at, "rev_minor_edit": False, "performer": performer,
    }
    if comment:
        event["comment"] = comment
    row = {"case": name, "event": event, "text": text, "parent": None,
           "page": {"creation_timestamp": days(moment, more.get("created", -900)), "namespace_name": ""},
           "user": {"last_revision_timestamp": days(moment, -0.25) if "last" not in more else more["last"]}}
    if parent is not None:
        event["rev_parent_id"] = number - 1
        row["parent"] = {"text": parent, "timestamp": days(moment, more.get("parent_age", -11)), "user_id": more.get("parent_user", 99)}
    return row


def languages():
    """Each language as an edit: a word in capitals, a number, a link and a sentence at the end are new."""
    texts = {"English": ENGLISH, "German": GERMAN, "French": FRENCH, "Spanish": SPANISH, "Portuguese": PORTUGUESE,
             "Basque": BASQUE, "Russian": RUSSIAN, "Ukrainian": UKRAINIAN, "Greek": GREEK, "Turkish": TURKISH,
             "Arabic": ARABIC, "Persian": PERSIAN, "Hebrew": HEBREW, "Hindi": HINDI, "Bengali": BENGALI, "Tamil": TAMIL,
             "Thai": THAI, "Japanese": JAPANESE, "Chinese": CHINESE, "Korean": KOREAN}
    users = list(USERS)
    for i, (language, text) in enumerate(texts.items()):
        lines = text.split("\n")
        middle = len(lines) // 2
        edited = "\n".join(lines[:middle] + [lines[0].upper()[:40] + " 777 [[new]]"] + lines[middle:]) + lines[0][-30:]
        yield case(f"{language} edit", edited, text, users[i % len(users)], f"/* {language} */ [[link]] ok",
                   at=f"20{10 + i}-0{1 + i % 9}-1{i % 10}T0{i % 10}:30:00Z")
    yield case("all languages in one", "\n".join(texts.values()), "\n".join(reversed(texts.values())), "bot")


def edits():
    blocks = ENGLISH.split("\n\n")
    yield case("creation", ENGLISH, comment="new page", user="new", created=0, last=None)
    yield case("creation by an address", "hello world", user="anonymous", last=None)
    yield case("empty creation", "", user="no groups")
    yield case("blanking", "", ENGLISH, "anonymous", "")
    yield case("filling an empty page", ENGLISH, "", "sysop")
    yield case("null edit", ENGLISH, ENGLISH, "bot", "/* History */ null edit")
    yield case("both empty", "", "", "registered after the edit")
    yield case("paragraphs moved", "\n\n".join(blocks[::-1]), "\n\n".join(blocks))
    yield case("paragraph repeated", ENGLISH + "\n\n" + blocks[0] + "\n\n" + blocks[0], ENGLISH, "no registration")
    yield case("rewrite", GERMAN.upper(), ENGLISH, "registered after the edit", "rewritten")
    yield case("one word", ENGLISH.replace("old miller", "young miller"), ENGLISH, "veteran", "typo")
    yield case("one character", ENGLISH.replace("1620.", "1621."), ENGLISH, "no groups", "/* History */")
    yield case("vandalism", ENGLISH.replace("The harbour", "ARRRR BILGE RATS!!!!!!!!!! LOL u suck") + "haha" * 30, ENGLISH, "anonymous")
    yield case("revert", ENGLISH, ENGLISH.replace("The harbour", "ARRRR BILGE RATS!!!!!!!!!! LOL u suck"), "sysop",
               "Reverted edits by [[Special:Contributions/192.0.2.7|192.0.2.7]] ([[User talk:192.0.2.7|talk]])")
    yield case("section removed", ENGLISH.split("=== The flood")[0], ENGLISH, "new", "/* The flood */ [[WP:AES|←]] gone")
    yield case("case and space only", ENGLISH.lower().replace(" ", "  "), ENGLISH)
    yield case("draft", "A draft.", "A drft.", namespace=118, comment="/* a\nb */ no section")
    yield case("talk page", ":: I don't agree. [[User:X|X]] 12:34, 5 June 2020 (UTC)\n::: Me neither. ~~~~\n", ":: I don't agree.\n", namespace=1)
    yield case("parent saved later", "b", "a", parent_age=1, at="2024-02-29T23:59:59Z", parent_user=0)
    yield case("parent of an unknown time", "b b", "a", parent_user=None, at="2006-01-01T00:00:00Z") | unknown_parent("a")
    yield case("before registrations were kept", "x", "y", "no registration", at="2004-12-31T00:00:00Z")
    yield case("three edits of one line", "one two three four five six. Seven eight. Nine ten eleven!", "one 2 three four 5 six. Seven 8. Nine ten eleven?", "bot")


def unknown_parent(text):
    return {"parent": {"text": text, "timestamp": None, "user_id": None}}


def odd():
    texts = {"emoji": EMOJI, "combining marks": COMBINING, "spaces and line ends": SPACES, "tables": TABLES,
             "templates": TEMPLATES, "references": REFERENCES, "unclosed": UNCLOSED, "galleries": GALLERIES,
             "comments": COMMENTS, "repeated characters": REPEATED, "links": LINKS, "entities": ENTITIES,
             "headings": HEADINGS, "control characters": NUL, "bad words": BADWORDS}
    users = list(USERS)
    for i, (name, text) in enumerate(texts.items()):
        half = len(text) // 2
        yield case(name, text, text[half:] + "\nfiller 1 and [[2]].\n" + text[:half], users[i % len(users)])
    yield case("everything at once", "".join(texts.values()), "".join(reversed(texts.values())), "sysop")
    yield case("CRLF", ENGLISH.replace("\n", "\r\n"), ENGLISH, comment="/* a */ b")
    yield case("lone CR", ENGLISH.replace("\n", "\r"), ENGLISH)
    yield case("line separators", ENGLISH.replace("\n", "\u2028"), ENGLISH.replace("\n", "\x85"))


def large():
    """Repetitive, so that they compress."""
    yield case("one long line", "word " * 800 + "end.", "word " * 801, "anonymous")
    yield case("many paragraphs", "".join(f"Paragraph {i} of many. It has a number.\n\n" for i in range(150)),
               "".join(f"Paragraph {i} of many. It has a number.\n\n" for i in range(150) if i % 7))
    yield case("many lines swapped", "".join(f"line {i ^ 1}, a b c d e f.\n" for i in range(160)),
               "".join(f"line {i}, a b c d e f.\n" for i in range(160)))
    yield case("a popular word", "the cat the dog the end. " * 90, "the cat a dog the end. " * 90)
    yield case("opened templates", "{{a|" * 60 + "x" + "}}" * 30, "{{" * 80)
    yield case("opened brackets", "[[" * 70 + "a" + "]]" * 35 + "(" * 50, "[" * 99)
    yield case("opened tags", "<ref>" * 40 + "a" + "</ref>" * 20 + "<b><i>" * 30, "<div " * 60)
    yield case("quotes", "'''a ''b ''' c'' " * 60, "''''' " * 70)
    yield case("many references", "".join(f"Fact {i}.<ref name=r{i % 9}>{{{{cite web|url=http://example.org/{i}}}}}</ref> " for i in range(90)),
               "".join(f"Fact {i}. " for i in range(90)))
    yield case("many bad words", "arr matey bilge rat " * 60, "arr bilge rats sea dog " * 40, "new")


def cases():
    rows = [*languages(), *edits(), *odd(), *large()]
    names = [row["case"] for row in rows]
    ids = [row["event"]["rev_id"] for row in rows]
    assert len(set(names)) == len(names) and len(set(ids)) == len(ids), "cases share a name or an id"
    return rows
