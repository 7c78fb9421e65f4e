package translate

import (
	"maps"
	"strings"
)

// maker makes the term of the nodes of one function of the reference.
type maker struct {
	takes [][]string // the types that each argument may have, nil for any; nil for any arguments
	make  func(t *translation, n *node, args []*term) (*term, error)
}

// plain is a function that the language has as it is.
func plain(name, typ string, takes ...[]string) maker {
	return maker{takes, func(_ *translation, _ *node, args []*term) (*term, error) { return call(name, typ, args...), nil }}
}

// typed is a function whose value's type follows from the argument's.
func typed(name, old, new string, takes []string) maker {
	return maker{[][]string{takes}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return call(name, strings.Replace(args[0].typ, old, new, 1), args...), nil
	}}
}

// step is a function that the language has only as a part of others.
func step(name string, takes ...[]string) maker { return plain(name, name, takes...) }

// Modules of the reference.
const (
	moduleTokenized   = "revscoring.features.wikitext.datasources.tokenized."
	moduleParsed      = "revscoring.features.wikitext.datasources.parsed."
	moduleEdit        = "revscoring.features.wikitext.datasources.edit."
	moduleChars       = "revscoring.features.wikitext.features.chars."
	moduleTemporal    = "revscoring.features.temporal.revision_oriented."
	moduleMeta        = "revscoring.datasources.meta."
	moduleBools       = "revscoring.features.meta.bools."
	moduleAggregators = "revscoring.features.meta.aggregators."
	moduleFeature     = "revscoring.features.feature."
	moduleDictionary  = "revscoring.languages.features.dictionary."
	moduleEnwiki      = "articlequality.feature_lists.enwiki."
	modulePtwiki      = "articlequality.feature_lists.ptwiki."
	moduleUkwiki      = "articlequality.feature_lists.ukwiki."
	classSegmenter    = "deltas.segmenters.paragraphs_sentences_and_whitespace.ParagraphsSentencesAndWhitespace."
)

// inputProcesses are the functions of what the reference is given.
var inputProcesses = []string{"revscoring.dependencies.dependent.not_implemented", "revscoring.dependencies.util.or_none"}

// inputs are those that a revision's event or texts tell, with their types.
var inputs = map[string]string{
	"revision.text":                         "text",
	"revision.parent.text":                  "text",
	"revision.comment":                      "text",
	"revision.user.id":                      "int",
	"revision.parent.user.id":               "int",
	"revision.page.namespace.id":            "int",
	"revision.timestamp":                    "time",
	"revision.parent.timestamp":             "time",
	"revision.page.creation.timestamp":      "time",
	"revision.user.info.registration":       "time",
	"revision.user.last_revision.timestamp": "time",
	"revision.user.info.groups":             "strings",
}

func input(n *node) (*term, error) {
	name := strings.TrimPrefix(n.name, "datasource.")
	typ, ok := inputs[name]
	if !ok {
		return nil, unknown("the input " + name)
	}
	return inputTerm(name, typ), nil
}

// makers are by the names of the reference's functions, all that are known.
var makers = merged(textMakers, tableMakers, featureMakers, languageMakers, itemMakers)

func merged(tables ...map[string]maker) map[string]maker {
	all := map[string]maker{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	return all
}
