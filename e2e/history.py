"""A MediaWiki history dump of synthetic articles, as large as wanted: words drawn as in
real text, each revision the one before with a sentence changed."""

import random
import xml.sax.saxutils

WORDS = ["".join(random.Random(i).choices("etaoinshrdlucmfwypvbgkjqxz", weights=range(26, 0, -1), k=2 + i % 9)) for i in range(4000)]
HEAD = ("<mediawiki xmlns=\"http://www.mediawiki.org/xml/export-0.11/\"><siteinfo><dbname>simplewiki</dbname>"
        "<base>https://simple.wikipedia.org/wiki/Main_Page</base></siteinfo>\n")


def sentence(rng):
    words = [WORDS[int(rng.paretovariate(1.1)) % len(WORDS)] for _ in range(14)]
    if rng.random() < 0.3:
        words[3] = f"[[{words[3]}]]"
    if rng.random() < 0.2:
        words.append(f"<ref>{{{{cite web|title={words[0]}|year={rng.randrange(1990, 2026)}}}}}</ref>")
    return " ".join(words).capitalize() + ". "


def write(path, revisions, sentences=40, per_page=25, seed=1):
    """Writes the file and returns the ids of its revisions. They begin above those that
    other tests make up."""
    rng, ids = random.Random(seed), []
    with path.open("w", encoding="utf-8") as f:
        f.write(HEAD)
        for page in range(1, revisions // per_page + 1):
            f.write(f"<page><title>Page {page}</title><ns>0</ns><id>{page}</id>\n")
            text, parent = [sentence(rng) for _ in range(sentences)], 0
            for i in range(per_page):
                rev = 50_000_000 + len(ids)
                text[rng.randrange(len(text))] = sentence(rng)
                body = xml.sax.saxutils.escape("".join(text))
                f.write(f"<revision><id>{rev}</id>" + (f"<parentid>{parent}</parentid>" if parent else "") +
                        f"<timestamp>2024-01-{1 + i:02d}T00:00:00Z</timestamp>"
                        f"<contributor><username>User {page % 50}</username><id>{100 + page % 50}</id></contributor>"
                        f"<comment>change {i}</comment><model>wikitext</model><format>text/x-wiki</format>"
                        f"<text bytes=\"{len(body)}\" xml:space=\"preserve\">{body}</text></revision>\n")
                ids.append(rev)
                parent = rev
            f.write("</page>\n")
        f.write("</mediawiki>\n")
    return ids
