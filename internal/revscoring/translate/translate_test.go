package translate

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/score/pattern"
)

// expressions translates features of one list.
func expressions(t *testing.T, features ...any) []string {
	t.Helper()
	result, err := Features(features, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range result.Features {
		got = append(got, f.Expression)
	}
	return got
}

func TestTypes(t *testing.T) {
	whole := chars("chars", now())
	aggregated := func(function, returns string, of any) any { return aggregation(function, function, returns, of) }
	lengths := mapping("lengths", global("builtins.len"), wordsOf(now(), "word"))
	count := aggregation("count", "len", "int", now())
	for _, test := range []struct {
		feature any
		want    string
	}{
		{whole, "float(len(revision.text))"},
		{aggregated("len", "int", now()), "len(revision.text)"},
		{aggregated("len", "bool", now()), "bool(len(revision.text))"},
		{aggregated("sum", "int", lengths), `sum(lengths(of_types(tokens(revision.text), ["word"])))`},
		{aggregated("len", "int", wordsOf(now(), "word", "cjk")), `len(of_types(tokens(revision.text), ["cjk", "word"]))`},
		{aggregated("len", "int", stemsBy("EnglishStemmer")), `len(stems(of_types(tokens(revision.text), ["word"]), "english"))`},
		{modifier("add", "add", "operate", "int", count, constantOf("1", int64(1), "int")), "len(revision.text) + 1"},
		{modifier("div", "div", "operate", "float", count, constantOf("2", 2.0, "float")), "len(revision.text) / 2.0"},
		{modifier("lt", "lt", "operate", "bool", count, constantOf("true", true, "bool")), "len(revision.text) < true"},
		// isinstance(True, int): the reference leaves a bool where an int is asked.
		{modifier("gt", "gt", "operate", "int", count, constantOf("1", int64(1), "int")), "len(revision.text) > 1"},
		{modifier("max", "max", "_process", "float", count, whole), "max(len(revision.text), float(len(revision.text)))"},
		{modifier("not", "not_", "_process", "bool", count), "not len(revision.text)"},
		// Classes of aggregates before revscoring 2.1.
		{meta("old", "revscoring.features.meta.aggregators.max", "process", attributes{"returns": global("builtins.int")}, lengths),
			`max(lengths(of_types(tokens(revision.text), ["word"])))`},
	} {
		if got := expressions(t, test.feature); got[0] != test.want {
			t.Errorf("expression is %s, want %s", got[0], test.want)
		}
	}
}

// Two features of one name: the first one computed is used for both, also inside
// another.
func TestNamesDecide(t *testing.T) {
	first, second := chars("same", now()), chars("same", parent())
	log := modifier("log", "log", "_process", "float", second)
	old, new := "float(len(revision.parent.text))", "float(len(revision.text))"
	for _, test := range []struct{ features, want []any }{
		{[]any{first, second}, []any{new, new}},
		{[]any{second, first}, []any{old, old}},
		{[]any{second, second}, []any{old, old}},
		{[]any{log, first}, []any{"log(" + old + ")", old}},
		{[]any{first, log}, []any{new, "log(" + new + ")"}},
	} {
		if got := expressions(t, test.features...); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("expressions are %s, want %s", got, test.want)
		}
	}
}

// The reference computes every dependency, so a later one may still be the first
// of its name.
func TestNamesDecideBehindWhatIsUnknown(t *testing.T) {
	mixed := modifier("sum", "add", "operate", "float", chars("stems", stemsBy("FinnishStemmer")), chars("same", parent()))
	tr := newTranslation(newLibrary(), Assets{})
	if _, err := tr.feature(mixed); err == nil {
		t.Fatal("stems of Finnish are known")
	}
	got, err := tr.feature(chars("same", now()))
	if err != nil || got.Expression != "float(len(revision.parent.text))" {
		t.Errorf("expression is %s, %v", got.Expression, err)
	}
}

func TestNames(t *testing.T) {
	feature := meta("user.in_group({'b', 'a', 'c d'}, {1, 2})", "revscoring.features.meta.bools.sets_intersect", "process",
		attributes{"returns": global("builtins.bool"), "items": setOf("b", "a")}, given("revision.user.info.groups"))
	result, err := Features([]any{feature}, Options{})
	want := []Feature{{"feature.user.in_group({'a', 'b', 'c d'}, {1, 2})", `intersects(revision.user.info.groups, ["a", "b"])`, "bool"}}
	if err != nil || !reflect.DeepEqual(result.Features, want) {
		t.Errorf("features are %v, %v, want %v", result, err, want)
	}
}

func TestErrors(t *testing.T) {
	loop := modifier("loop", "log", "_process", "float")
	with(loop, attributes{"dependencies": listOf(loop)})
	words := wordsOf(now(), "word")
	partial := reduced("functools.partial", global("revscoring.datasources.meta.vectorizers.word2vec.vectorize_words"))
	vectors := object("revscoring.datasources.datasource.Datasource", attributes{"name": "vectors", "process": partial, "dependencies": listOf(words)})
	mean := meta("mean", "revscoring.features.meta.aggregators.AggregatorsVector", "process", attributes{"returns": global("builtins.float")}, vectors)
	bare := meta("bare", "revscoring.features.meta.vectorizers.vectorize", "process", attributes{"returns": global("builtins.float")}, words)
	wikicode := datasource("wikicode", moduleParsed+"_process_wikicode", now())
	segments := func(of any) any {
		segmenter := object(strings.TrimSuffix(classSegmenter, "."), attributes{})
		return with(object("revscoring.datasources.datasource.Datasource", attributes{"name": fmt.Sprintf("s%p", of), "dependencies": listOf(of)}),
			attributes{"process": bound(segmenter, "segment")})
	}
	other := datasource("operations", moduleEdit+"_process_operations", segments(words), segments(words), tokensOf(parent()), tokensOf(now()))
	for _, test := range []struct {
		feature any
		want    string
	}{
		{nil, "is None, must be a feature or datasource"},
		{now(), `"datasource.revision.text" is no feature`},
		{loop, `"feature.loop": depends on itself or another of its name, which the reference refuses as a loop`},
		{modifier("same", "log", "_process", "float", chars("same", now())), "refuses as a loop"},
		{chars("stems", stemsBy("FinnishStemmer")), `"feature.stems" needs "datasource.stems": asks nltk.stem.snowball.FinnishStemmer.stem (stems of a language without a stemmer here), which this program does not know`},
		{chars("stems", stemsBy("DutchStemmer", "de")), "asks nltk.stem.snowball.DutchStemmer.stem that leaves stop words alone"},
		{datasource("x", "someone.elses"), "is no feature"},
		{chars("x", datasource("y", "someone.elses", now())), `"datasource.y": asks someone.elses, which this program does not know`},
		{chars("x", given("revision.byte_length")), "asks the input revision.byte_length"},
		{aggregation("x", "sum", "int", words), "AggregatorsScalar.process of tokens"},
		{aggregation("x", "mean", "int", words), "asks builtins.mean"},
		{aggregation("x", "len", "str", words), "asks a feature of type str that is int"},
		{chars("x", wikicode), "AggregatorsScalar.process of .wikicode"},
		{chars("x", datasource("added", moduleEdit+"_process_tokens_added", other)), "of segments of other texts"},
		{mean, `"feature_vector.mean" needs "datasource.vectors": asks revscoring.datasources.meta.vectorizers.word2vec.vectorize_words (vectors of words, from a file of their own)`},
		{bare, `"feature_vector.bare": asks a vector of features (revscoring.features.meta.vectorizers.vectorize)`},
		{constantOf("c", "x", "str"), "asks a constant that is a str"},
		{with(chars("x", now()), attributes{"process": int64(1)}), `"feature.x": process: is an int, must be a function`},
		{with(chars("x", now()), attributes{"dependencies": "y"}), "dependencies: is a str, must be a list"},
		{with(chars("x", now()), attributes{"name": nil}), "name: is None, must be a str"},
		{with(chars("x", now()), attributes{"name": strings.Repeat("x", MaxName+1)}), "its name has 65537 bytes, at most 65536"},
		{chars("x", int64(7)), `"feature.x": dependencies[0]: is an int, must be a feature or datasource`},
		{modifier("log", "log", "_process", "float"), "asks revscoring.features.feature.log._process of 0 arguments"},
		{modifier("max", "max", "_process", "float", chars("x", now())), "max._process of 1 arguments"},
		{chars("x", filter("inverse", global(moduleTokenized+"is_uppercase_word"), true, tokensOf(now()))), "asks the inverse of"},
		{chars("x", finds("x", compiled("abc"), nil)), "asks a lexicon not of the form (before)(patterns)(after)"},
		{chars("x", finds("x", pickle.Bytes("b"), nil)), "group_re: is a bytes, must be a compiled pattern"},
		{chars("x", finds("x", reduced("re._compile", "(a)(b)(c)", int64(64)), nil)), "asks the flags 0x40 of the pattern"},
		{chars("x", spelledBy(global("someone.elses"))), "asks the dictionary that someone.elses asks"},
		{chars("x", datasource("simple", "revscoring.languages.chinese.simplify_or_none", now())),
			"asks hanziconv's table of Chinese characters, which models do not hold: give the conversion hanziconv.simplified"},
	} {
		if _, err := Features([]any{test.feature}, Options{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error is\n%v, want\n%s", err, test.want)
		}
	}
}

func TestManyErrorsAreTold(t *testing.T) {
	var features []any
	for i := range 50 {
		features = append(features, chars(fmt.Sprint(i), stemsBy("FinnishStemmer")))
	}
	_, err := Features(features, Options{})
	if err == nil || !strings.Contains(err.Error(), "feature 20 of 50") || strings.Contains(err.Error(), "feature 21 of 50") ||
		!strings.HasSuffix(err.Error(), "and 30 more features") {
		t.Errorf("error is %v", err)
	}
}

// What is shared is written out in an expression: fifty doublings may not be.
func TestSharedPartsStayBounded(t *testing.T) {
	f := chars("x", now())
	for i := range 50 {
		f = modifier(fmt.Sprint(i), "add", "operate", "float", f, f)
	}
	if _, err := Features([]any{f}, Options{}); err == nil || !strings.Contains(err.Error(), "more than 65536 bytes") {
		t.Errorf("error is %v", err)
	}
}

func TestDeepExpressionsAreRefused(t *testing.T) {
	f := chars("x", now())
	for i := range 200 {
		f = modifier(fmt.Sprint(i), "log", "_process", "float", f)
	}
	if _, err := Features([]any{f}, Options{}); err == nil || !strings.Contains(err.Error(), "nested more than") {
		t.Errorf("error is %v", err)
	}
}

func TestLexicons(t *testing.T) {
	both := `(\b)(a(b|c)|[|)]|\||d)(\b)`
	got, err := Features([]any{
		chars("x", finds("english.badwords.revision.parent.matches", compiled(both), nil)),
		chars("y", finds("english.badwords.excluding(['ab']).revision.diff.matches_added", compiled(both), compiled(`(\b)(ab|c)(\b)`))),
		chars("z", finds("english.badwords.revision.matches", compiled("()(a)()"), nil)),
		chars("u", finds("regex(['z'], <datasource.x>)", compiled("()(a)()"), nil)),
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	patterns := []string{"a(b|c)", "[|)]", `\|`, "d"}
	other := pattern.Source{Patterns: []string{"a"}, Flags: "i"}
	want := map[string]pattern.Source{
		"english.badwords":           {Patterns: patterns, Before: `\b`, After: `\b`, Flags: "i"},
		"english.badwords.excluding": {Patterns: patterns, Before: `\b`, After: `\b`, Flags: "i", Exclude: []string{"ab", "c"}},
		"english.badwords_b5bc3aef":  other,
		"lexicon.xb5bc3aef":          other,
	}
	if !reflect.DeepEqual(got.Assets.Lexicons, want) {
		t.Errorf("lexicons are %v, want %v", got.Assets.Lexicons, want)
	}
	if e := got.Features[2].Expression; e != "float(len(find(revision.text, @english.badwords_b5bc3aef)))" {
		t.Errorf("expression is %s", e)
	}
	for _, test := range []string{"abc", "(a)(b)", "(a)(b)(c)d", "((a))(b)(c)", "(a)(b)+(c)", "(?:a)(b)(c)", "(a)(b)(c", "(a)(b)(c))", "(a)(b)([c)", `(a)(b)(c\)`, "(?i)(a)(b)", "((?P<n>a))(b)(c)"} {
		if _, err := lexicon(regex{source: test}, nil); err == nil {
			t.Errorf("%s is a lexicon", test)
		}
	}
	if _, err := lexicon(regex{source: "()(a)()"}, &regex{source: `(\b)(a)(\b)`}); err == nil || !strings.Contains(err.Error(), "wrapped otherwise") {
		t.Errorf("error is %v", err)
	}
}

func TestPatternFlags(t *testing.T) {
	for _, test := range []struct {
		pattern string
		flags   int64
		want    string
	}{
		{"a|b", 2, "(?i)a|b"}, {"a", 0, "a"}, {"(?i)a", 0, "(?i)a"}, {"(?m)^a", 34, "(?im)^a"}, {"(?:a)", 16, "(?s)(?:a)"}, {"(?u)a", 256, "(?a)a"},
	} {
		r, err := readRegex(reduced("re._compile", test.pattern, test.flags))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.inline(); err != nil || got.node.Text != test.want {
			t.Errorf("%s with %#x is %v, %v, want %s", test.pattern, test.flags, got, err, test.want)
		}
	}
}

func enchanted(tag string) *pickle.Object { return object("enchant.Dict", attributes{"tag": tag}) }

func TestDictionaries(t *testing.T) {
	several := object("revscoring.languages.features.dictionary.util.MultiDictChecker",
		attributes{"dicts": &pickle.Tuple{Items: []any{enchanted("yy"), enchanted("xx")}}})
	for _, test := range []struct {
		check any
		want  Dictionary
	}{
		{bound(enchanted("sv"), "check"), Dictionary{[]string{"sv"}, false}},
		{bound(several, "check"), Dictionary{[]string{"yy", "xx"}, false}},
		{global("revscoring.languages.english.safe_dictionary_check"), Dictionary{[]string{"en_US", "en_GB", "en_AU"}, true}},
	} {
		got, err := Features([]any{chars("x", spelledBy(test.check)), chars("y", filter("a.dictionary.revision.diff.non_dict_words_added",
			test.check, true, wordsOf(parent(), "word")))}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]Dictionary{"a.dictionary": test.want}; !reflect.DeepEqual(got.Assets.Dictionaries, want) {
			t.Errorf("dictionaries are %v, want %v", got.Assets.Dictionaries, want)
		}
		if e := got.Features[1].Expression; !strings.Contains(e, "misspelled(") || !strings.Contains(e, "@a.dictionary") {
			t.Errorf("expression is %s", e)
		}
	}
}

// trie puts phrases where flashtext does, under what they are looked up by.
func trie(phrases map[string]string) *pickle.Dict {
	root := &pickle.Dict{}
	for phrase, found := range phrases {
		at := root
		for _, r := range phrase {
			next := &pickle.Dict{}
			at.Entries = append(at.Entries, pickle.Entry{Key: string(r), Value: next})
			at = next
		}
		at.Entries = append(at.Entries, pickle.Entry{Key: "_keyword_", Value: found})
	}
	return root
}

func TestPhrases(t *testing.T) {
	var characters []any
	for _, r := range wordCharacters {
		characters = append(characters, string(r))
	}
	find := func(root *pickle.Dict, more attributes) (*Result, error) {
		processor := object("flashtext.keyword.KeywordProcessor", attributes{
			"case_sensitive": false, "non_word_boundaries": setOf(characters...), "_keyword": "_keyword_", "keyword_trie_dict": root})
		matches := meta("a.idioms.revision.matches", "revscoring.datasources.meta.extractors.trie", "process",
			attributes{"word_processor": with(processor, more)}, now())
		return Features([]any{chars("x", matches)}, Options{})
	}
	got, err := find(trie(map[string]string{"b c": "b c", "a b": "A b", "i̇x": "İx", "a": "a"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"A b", "a", "b c", "İx"}; !reflect.DeepEqual(got.Assets.Phrases["a.idioms"], want) {
		t.Errorf("phrases are %q, want %q", got.Assets.Phrases, want)
	}
	cycle := &pickle.Dict{}
	cycle.Entries = []pickle.Entry{{Key: "a", Value: cycle}}
	for _, test := range []struct {
		root *pickle.Dict
		more attributes
		want string
	}{
		{trie(nil), attributes{"case_sensitive": true}, "phrases whose case matters"},
		{trie(nil), attributes{"non_word_boundaries": setOf("a")}, "phrases with boundaries of their own"},
		{trie(map[string]string{"a": "b"}), nil, "phrases that stand for others"},
		{cycle, nil, "no tree of characters"},
		{&pickle.Dict{Entries: []pickle.Entry{{Key: "ab", Value: &pickle.Dict{}}}}, nil, "no tree of characters"},
		{&pickle.Dict{Entries: []pickle.Entry{{Key: "a", Value: int64(1)}}}, nil, "has an int in it"},
	} {
		if _, err := find(test.root, test.more); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error is %v, want %s", err, test.want)
		}
	}
}

func TestKnownAssets(t *testing.T) {
	known, err := ReadAssets(strings.NewReader(`{"conversions": {"hanziconv.simplified": [["甲", "丁"]], "other": []}, "words": {"w": ["a"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	simple := chars("x", datasource("simple", "revscoring.languages.chinese.simplify_or_none", now()))
	got, err := Features([]any{simple}, Options{Known: known})
	if err != nil {
		t.Fatal(err)
	}
	if got.Features[0].Expression != "float(len(simplified(revision.text, @hanziconv.simplified)))" {
		t.Errorf("expression is %s", got.Features[0].Expression)
	}
	if want := map[string][][2]string{"hanziconv.simplified": {{"甲", "丁"}}}; !reflect.DeepEqual(got.Assets.Conversions, want) || len(got.Assets.Words) > 0 {
		t.Errorf("assets are %v, want %v", got.Assets, want)
	}
	if _, err := ReadAssets(strings.NewReader(`{"words": 1}`)); err == nil {
		t.Error("words that are a number are read")
	}
}

// The digests are those of Python: tools/reference/library.py, digest.
func TestDigests(t *testing.T) {
	for _, test := range []struct {
		asset *asset
		want  string
	}{
		{lexiconAsset(pattern.Source{Patterns: []string{"a\"\\\x7f", "é\u2028", "😀\n"}, Before: `\b`, Flags: "i", Exclude: []string{"x"}}), "85e8b002"},
		{lexiconAsset(pattern.Source{Patterns: []string{"a"}}), "b7a8eac7"},
		{dictionaryAsset(Dictionary{[]string{"en_US", "en_GB"}, true}), "fb993602"},
		{wordsAsset([]string{"a", "b"}), "3554d2b8"},
		{phrasesAsset(nil), "4f53cda1"},
		{conversionAsset([][2]string{{"甲", "丁"}, {"丙", "己"}}), "e38a3d7a"},
	} {
		if got := test.asset.sum[:8]; got != test.want {
			t.Errorf("digest of a %s is %s, want %s", test.asset.kind, got, test.want)
		}
	}
}
