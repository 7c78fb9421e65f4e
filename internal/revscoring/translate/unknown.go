package translate

import (
	"fmt"
	"strings"
)

// meanings say what functions are for that the language of expressions has
// nothing for, by how the reference's names of functions begin. The longest that
// fits counts.
var meanings = map[string]string{
	"nltk.stem.":                                               "stems of a language without a stemmer here",
	"revscoring.features.wikibase.":                            "a part of Wikidata items",
	"revscoring.datasources.meta.vectorizers.":                 "vectors of words, from a file of their own",
	"drafttopic.feature_lists.":                                "vectors of words, from a file of their own",
	"revscoring.datasources.meta.hashing.":                     "hashes of words",
	"revscoring.datasources.meta.gramming.":                    "sequences of words",
	"revscoring.datasources.meta.selectors.":                   "a selection of words by their weights",
	"revscoring.features.meta.vectorizers.":                    "a vector of features",
	"draftquality.feature_lists.enwiki.get_polarity_score":     "sentiment, from SentiWordNet",
	"editquality.feature_lists.translatewiki.":                 "the language that a text is written in",
	"revscoring.features.wikitext.datasources.parsed._extract": "a part of a page that no known list asks",
}

// unknown is the error of what is asked and not known here.
func unknown(what string) error {
	longest := ""
	for prefix := range meanings {
		if strings.HasPrefix(what, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	if longest != "" {
		return fmt.Errorf("asks %s (%s), which this program does not know", what, meanings[longest])
	}
	return fmt.Errorf("asks %.300s, which this program does not know", what)
}

// missing is the error of an asset that no pickle holds and that was not given.
func missing(kind, name, what string) error {
	return fmt.Errorf("asks %s, which models do not hold: give the %s %s (tools/reference/assets.py writes it)", what, kind, name)
}
