package main

import (
	"fmt"
	"strings"

	"revscore/internal/score/feature/expr"
)

// constructor makes the expression of a dependent of those of its dependencies.
type constructor func(d *dependent, args []*expr.Node) (*expr.Node, error)

// call is the constructor of a function of the same arguments.
func call(function string) constructor {
	return func(_ *dependent, args []*expr.Node) (*expr.Node, error) {
		return expr.NewCall(function, args...), nil
	}
}

// unary is the constructor of what takes one argument.
func unary(construct func(d *dependent, arg *expr.Node) (*expr.Node, error)) constructor {
	return func(d *dependent, args []*expr.Node) (*expr.Node, error) {
		if len(args) != 1 {
			return nil, fmt.Errorf("%s is made of %d dependencies", d.Name, len(args))
		}
		return construct(d, args[0])
	}
}

// binary is the constructor of an operator.
func binary(operator string) constructor {
	return func(d *dependent, args []*expr.Node) (*expr.Node, error) {
		if len(args) != 2 {
			return nil, fmt.Errorf("%s is made of %d dependencies", d.Name, len(args))
		}
		return expr.NewBinary(operator, args[0], args[1]), nil
	}
}

// Some datasources are only steps on the way to what the language has: a parsed
// page, say. They are calls of functions that it does not have, and whatever
// takes them puts a true function in their place.
const (
	step       = "~"
	wikicode   = step + "wikicode"   // of a text
	nodeMap    = step + "nodes"      // of a text
	segments   = step + "segments"   // of a text
	withoutRef = step + "withoutRef" // of a text: segments
	operations = step + "operations" // of the texts before and after
)

// constructors make the expressions, found by the process, which is without its
// first package where that is revscoring.
var constructors = map[string]constructor{
	"dependencies.dependent.not_implemented":                                                         root,
	"dependencies.util.or_none":                                                                      unary(timestamp),
	"features.bytes.datasources._process_bytes":                                                      call("bytes"),
	"features.wikitext.datasources.tokenized._process_tokens":                                        call("tokens"),
	"datasources.meta.filters.filter.process":                                                        unary(filter),
	"datasources.meta.filters.regex_matching.process":                                                matching,
	"datasources.meta.filters.positive.process":                                                      call("positive"),
	"datasources.meta.filters.negative.process":                                                      call("negative"),
	"datasources.meta.mappers.map.process":                                                           unary(mapping),
	"datasources.meta.mappers.lower_case.process":                                                    call("lower"),
	"datasources.meta.dicts.keys.process":                                                            call("keys"),
	"datasources.meta.dicts.values.process":                                                          call("values"),
	"datasources.meta.frequencies.table.process":                                                     call("table"),
	"datasources.meta.frequencies.delta.process":                                                     call("delta"),
	"datasources.meta.frequencies.prop_delta.process":                                                call("prop_delta"),
	"deltas.segmenters.paragraphs_sentences_and_whitespace.ParagraphsSentencesAndWhitespace.segment": inside("tokens", segments),

	"features.wikitext.datasources.edit._process_operations":                compared,
	"features.wikitext.datasources.edit._process_segments_added":            inside(operations, "segments_added"),
	"features.wikitext.datasources.edit._process_segments_removed":          inside(operations, "segments_removed"),
	"features.wikitext.datasources.edit._process_tokens_added":              inside(operations, "tokens_added"),
	"features.wikitext.datasources.edit._process_tokens_removed":            inside(operations, "tokens_removed"),
	"features.wikitext.datasources.parsed._process_wikicode":                call(wikicode),
	"features.wikitext.datasources.parsed._process_node_class_map":          inside(wikicode, nodeMap),
	"features.wikitext.datasources.parsed.get_key.process":                  unary(nodes),
	"features.wikitext.datasources.parsed.execute_method.process":           unary(method),
	"features.wikitext.features.chars._process_longest_repeated_char":       call("longest_repeated_char"),
	"features.wikitext.features.chars._process_longest_repeated_char_added": call("longest_repeated_char"),

	"features.revision_oriented._process_is_anon":                             call("is_anon"),
	"features.temporal.revision_oriented._process_day_of_week":                call("day_of_week"),
	"features.temporal.revision_oriented._process_hour_of_day":                call("hour_of_day"),
	"features.temporal.revision_oriented._process_seconds_since":              call("seconds_since"),
	"features.temporal.revision_oriented._process_seconds_since_registration": call("seconds_since_registration"),
	"features.meta.bools.regex_match.process":                                 matches,
	"features.meta.bools.set_contains_item.process":                           contains,
	"features.meta.bools.sets_intersect.process":                              intersects,
	"features.meta.aggregators.AggregatorsScalar.process":                     unary(aggregate),

	"features.feature.Constant._process": constant,
	"features.feature.add.operate":       binary("+"),
	"features.feature.sub.operate":       binary("-"),
	"features.feature.mul.operate":       binary("*"),
	"features.feature.div.operate":       binary("/"),
	"features.feature.lt.operate":        binary("<"),
	"features.feature.le.operate":        binary("<="),
	"features.feature.gt.operate":        binary(">"),
	"features.feature.ge.operate":        binary(">="),
	"features.feature.eq.operate":        binary("=="),
	"features.feature.ne.operate":        binary("!="),
	"features.feature.and_.operate":      binary("and"),
	"features.feature.or_.operate":       binary("or"),
	"features.feature.not_._process":     unary(not),
	"features.feature.log._process":      call("log"),
	"features.feature.max._process":      call("max"),
	"features.feature.min._process":      call("min"),

	"editquality.feature_lists.wikitext._process_new_longest": call("new_longest"),
	"articlequality.feature_lists.enwiki.get_images":          occurrences(`image[1-9]{1,2}|File:|Image:|photo[1-9][a-z]`),
	"articlequality.feature_lists.enwiki.get_infobox_images":  occurrences(infoboxImages),
	"articlequality.feature_lists.ptwiki.get_images":          occurrences(`imagem?[1-9]{1,2}|(File|Ficheiro|Imagem?|Archivo):|photo[1-9][a-z]`),
	"articlequality.feature_lists.ptwiki.get_infobox_images":  occurrences(infoboxImages),
	"articlequality.feature_lists.ukwiki.get_images":          occurrences(`Зображення[1-9]{1,2}|Изображение:|Зображення:|Файл:|File:|Image:|photo[1-9][a-z]`),
}

// The patterns of get_images and get_infobox_images stand in the functions
// (articlequality/feature_lists/{enwiki,ptwiki,ukwiki}.py), not in the catalogue.
const infoboxImages = `\.(jpg|jpeg|png|gif|svg|tiff|pdf|ogg|djvu)`

// missing is what we do not have yet, by the process or callable that needs it.
var missing = map[string]string{
	"datasources.meta.extractors.regex.process":                         "a lexicon",
	"datasources.meta.extractors.trie.process":                          "a phrase list",
	"languages.chinese.simplify_or_none":                                "Chinese conversion",
	"languages.english.safe_dictionary_check":                           "a dictionary",
	"languages.features.dictionary.datasources.dict_splitter.process":   "a dictionary",
	"languages.features.dictionary.datasources._process_dict_words":     "a dictionary",
	"languages.features.dictionary.datasources._process_non_dict_words": "a dictionary",
	"languages.features.stopwords.stopwords.WordIsInStopwordSet":        "stop words",
	"nltk.stem.snowball.DutchStemmer.stem":                              "a stemmer",
	"nltk.stem.snowball.EnglishStemmer.stem":                            "a stemmer",
	"nltk.stem.snowball.FrenchStemmer.stem":                             "a stemmer",
	"nltk.stem.snowball.PortugueseStemmer.stem":                         "a stemmer",
	"nltk.stem.snowball.RussianStemmer.stem":                            "a stemmer",
}

// short drops the package that most names begin with.
func short(name string) string { return strings.TrimPrefix(name, "revscoring.") }

// missing returns what the dependent itself needs that we do not have, or "".
func (d *dependent) missing() string {
	for _, name := range []string{d.Process, d.Apply.Callable, d.Include.Callable} {
		if what := missing[short(name)]; what != "" {
			return what
		}
	}
	return ""
}

// construct makes the expression of the dependent of those of its dependencies.
func (d *dependent) construct(args []*expr.Node) (*expr.Node, error) {
	construct := constructors[short(d.Process)]
	if construct == nil {
		construct = itemConstructors[short(d.Process)]
	}
	if construct == nil {
		return nil, fmt.Errorf("%s: process %s is unknown", d.Name, d.Process)
	}
	n, err := construct(d, args)
	switch {
	case err != nil:
		return nil, err
	case d.Returns == "": // a datasource
		return n, nil
	}
	return d.typed(n)
}

// typed wraps a feature's expression where the feature changes the type of the
// value (revscoring/features/feature.py, validate).
func (d *dependent) typed(n *expr.Node) (*expr.Node, error) {
	if at := firstStep(n); at != "" {
		return nil, fmt.Errorf("%s: nothing takes the result of %s", d.Name, at)
	}
	if natural(n) == d.Returns {
		return n, nil
	}
	switch d.Returns {
	case "int", "float", "bool":
		return expr.NewCall(d.Returns, n), nil
	}
	return nil, fmt.Errorf("%s returns %s, which is no number", d.Name, d.Returns)
}

// firstStep returns a step that is left in an expression, or "".
func firstStep(n *expr.Node) string {
	if n.Kind == expr.Call && strings.HasPrefix(n.Text, step) {
		return strings.TrimPrefix(n.Text, step)
	}
	for _, arg := range n.Args {
		if at := firstStep(arg); at != "" {
			return at
		}
	}
	return ""
}
