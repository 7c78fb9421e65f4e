"""Features that no list of the reference has, for what its lists leave out of the language.

Their lexicons are made up: the reference's own are not for this repository.
"""
from revscoring.datasources import revision_oriented
from revscoring.datasources.meta import dicts, extractors, filters, frequencies, mappers
from revscoring.features import Feature, revision_oriented as about, temporal, wikitext
from revscoring.features.feature import Constant
from revscoring.features.meta import aggregators, bools
from revscoring.features.modifiers import (add, and_, div, eq, ge, gt, le, log, lt, max, min, mul, ne, not_, or_, sub)
from revscoring.features.wikitext.datasources.edit import TokenIsInTypes
from revscoring.features.wikitext.datasources.tokenized import tokenized
from revscoring.features.wikitext.features.chars import _process_longest_repeated_char
from revscoring.languages.features import RegexMatches

now, old, diff = wikitext.revision, wikitext.revision.parent, wikitext.revision.diff
text, source, change = revision_oriented.revision.text, now.datasources, diff.datasources

# Whole words, some of which begin others; a pattern with bars of its own.
pirate = RegexMatches("invented.pirate", [
    r"arr+", r"matey?s?", r"(sea|land)[ -]?(dogs?|lubbers?)", r"bilge([ -]rats?)?", r"scurvy|knaves?",
    r"yo(?: ho)+", r"lol", r"h[ae]\w+", r"[b-d]\w*s", r"1?\d0+",
], exclusions=[r"arrr", r"bilge", r"ha\w*"])
# Letters whose case is not one to one, in many scripts, and marks.
scripts = RegexMatches("invented.scripts", [
    r"stra(ß|ss)e", r"iğdır\w*", r"[iı]sparta\w*", r"istanbul", r"οδυσσευς", r"σσσ", r"тел+о", r"кошк[аи]", r"объ[её]м",
    r"ґава", r"ſ", r"k", r"å", r"ﬁ", r"नहीं", r"село", r"משהו|מקום", r"سلام", r"می‌\w+", r"île", r"ñoquis", r"각",
])
# The neighbours of a hit belong to it: of two hits one space apart only the first counts.
greedy = RegexMatches("invented.greedy", [r"দুষ্টু", r"কথা|লোক", r"arr", r"matey", r"ab", r"\d+"],
                      wrapping=(r"^|[^\w\u0980-\u09FF]", r"$|[^\w\u0980-\u09FF]"))
unwrapped = RegexMatches("invented.unwrapped", [r"村", r"中文|文", r"は架空", r"ー+", r"lol", r"!{2,}", r"人口[\d１-４]"], wrapping=None)

words = now.words
no_limit = filters.regex_matching(r"(?!ref\b|br)\w", source.tag_names, name="invented.tags_but_ref")
long_words = source.tokens_matching(r".{8,}$", name="invented.long_words")
link_table = frequencies.table(mappers.lower_case(source.wikilink_titles), name="invented.links")
old_link_table = frequencies.table(mappers.lower_case(old.datasources.wikilink_titles), name="invented.old_links")
link_delta = frequencies.delta(old_link_table, link_table, name="invented.link_delta")
paragraphs = mappers.map(str, source.paragraphs_sentences_and_whitespace, name="invented.paragraphs")
paragraph_lengths = mappers.map(len, paragraphs, name="invented.paragraph_lengths")
content_tokens = tokenized(source.content)
punctuation_in_content = filters.filter(TokenIsInTypes({"period", "comma", "made up"}).filter, content_tokens,
                                        name="invented.punctuation_in_content")
in_content = extractors.regex([r"the", r"flood\w*", r"a"], source.content, name="invented.english.revision.matches")
in_titles = extractors.regex([r"harbour|file", r"[a-e]+"], source.wikilink_titles, name="titles found")

features = [
    # Comparisons, booleans, arithmetic with brackets on either side.
    gt(words, 10), ge(words, old.words), lt(now.chars, old.chars), le(now.headings, 2), eq(now.tags, old.tags),
    ne(now.templates, 0), and_(gt(words, 5), lt(words, 100)), or_(eq(words, 0), and_(words > 3, not_(old.words > 3))),
    not_(gt(now.wikilinks, 1)), and_(words, now.tags), or_(now.tags, now.templates), not_(or_(now.tags, old.tags)),
    sub(words, sub(old.words, sub(now.tags, 1))), sub(sub(words, old.words), now.tags),
    div(words, mul(max(now.tags, 1), max(old.tags, 2))), mul(add(words, 1), sub(now.tags, old.tags)),
    add(mul(words, -1), Constant(0.25)), min(words, old.words, 7), max(min(words, 3), Constant(2.5), now.longest_word),
    add(gt(words, 3), gt(old.words, 3)), mul(now.longest_token, old.longest_token), add(now.longest_token, 1),
    eq(gt(words, 3), gt(old.words, 3)), add(temporal.revision.day_of_week, temporal.revision.hour_of_day),
    log(add(mul(words, words), 1)), div(now.uppercase_words, add(words, 1e-05)),
    # Errors of the reference: its type goes with the feature.
    div(words, old.words), log(sub(words, old.words)),
    # A feature's type, where it changes the value.
    aggregators.len(source.wikilinks, name="invented.has_links", returns=bool),
    aggregators.len(source.urls, name="invented.urls", returns=int),
    aggregators.sum(dicts.values(change.word_prop_delta), name="invented.word_prop_delta_whole", returns=int),
    aggregators.sum(mappers.map(len, source.words), name="invented.word_chars"),
    # Nodes by level, name and source.
    now.headings_by_level(1), now.headings_by_level(6), now.heading_titles_matching(r"(?=.*o)[a-z ]+$"),
    now.external_link_urls_matching(r"https?://(?!example\.org)"), now.wikilink_titles_matching(r"[^:]+$"),
    now.template_names_matching(r"\s*cit(e|ation)\b"), aggregators.len(no_limit),
    aggregators.len(source.templates_str_matching(r"\{\{[^{}]*\}\}$", name="invented.flat_templates")),
    aggregators.len(source.tags_str_matching(r"<(\w+)[^>]*>.*</\1>$", name="invented.closed_tags")),
    # Tables: of anything, their size, extremes and keys.
    aggregators.len(link_table), aggregators.len(dicts.keys(link_table), name="invented.distinct_links"),
    aggregators.max(dicts.values(link_table), name="invented.most_linked", returns=int),
    aggregators.min(dicts.values(link_delta), name="invented.least_delta", returns=int),
    aggregators.max(dicts.values(change.token_prop_delta), name="invented.most_prop_delta"),
    aggregators.min(dicts.values(change.number_prop_delta), name="invented.least_prop_delta"),
    aggregators.len(filters.negative(dicts.values(change.word_delta)), name="invented.words_fewer", returns=int),
    aggregators.len(source.token_frequency, name="invented.distinct_tokens"),
    # Paragraphs, tokens of other texts, tokens by pattern.
    aggregators.max(paragraph_lengths, returns=int), aggregators.min(paragraph_lengths), aggregators.len(paragraphs),
    aggregators.len(long_words), aggregators.max(mappers.map(len, long_words), name="invented.longest_long_word"),
    aggregators.len(content_tokens), aggregators.len(punctuation_in_content),
    aggregators.len(change.tokens_added_matching(r"\d", name="invented.numbers_added")),
    aggregators.len(change.tokens_removed_in_types({"word", "cjk"}, name="invented.removed")),
    aggregators.max(mappers.map(len, change.segments_removed), name="invented.longest_removed", returns=int),
    Feature("invented.longest_repeated_in_content", _process_longest_repeated_char, returns=int, depends_on=[source.content]),
    # Lexicons.
    *(feature for matches in (pirate, scripts, greedy, unwrapped) for feature in (
        matches.revision.matches, matches.revision.parent.matches, matches.revision.diff.matches_added,
        matches.revision.diff.matches_removed, matches.revision.diff.match_delta_sum,
        matches.revision.diff.match_delta_decrease, matches.revision.diff.match_prop_delta_sum,
        matches.revision.diff.match_prop_delta_increase)),
    aggregators.len(in_content), aggregators.len(in_titles), aggregators.sum(mappers.map(len, in_content), returns=int),
    aggregators.len(pirate.revision.datasources.match_frequency, name="invented.distinct_pirate_words"),
    # The event.
    about.revision.comment_matches(r"(?!.*revert)/\*", name="invented.section_edit"),
    about.revision.comment_matches(r"\s*$", name="invented.no_comment"),
    about.revision.user.in_group({"editor", "bot", "sysop"}), about.revision.user.id_in_set({42, 0, 815}),
    about.revision.page.namespace.id_in_set({1, 3, 0}), bools.set_contains_item([99], revision_oriented.revision.parent.user.id, name="invented.parent_by_99"),
]
