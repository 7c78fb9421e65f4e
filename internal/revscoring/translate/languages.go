package translate

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"revscore/internal/pickle"
	"revscore/internal/score/phrase"
	"revscore/internal/score/stem"
)

// languageMakers are of spelling, stop words, stems, phrases and Chinese. Filters
// and mappings by such functions are with the others, in text.go.
var languageMakers = map[string]maker{
	moduleDictionary + "datasources.dict_splitter.process":   {[][]string{strs}, split},
	moduleDictionary + "datasources._process_dict_words":     half("spelled"),
	moduleDictionary + "datasources._process_non_dict_words": half("misspelled"),
	moduleMeta + "extractors.trie.process":                   {[][]string{slices.Concat(text, strs)}, phrases},
	"revscoring.languages.chinese.simplify_or_none":          {[][]string{text}, simplified},
}

const (
	classEnchant  = "enchant.Dict.check"
	classSeveral  = moduleDictionary + "util.MultiDictChecker.check"
	classStopword = "revscoring.languages.features.stopwords.stopwords.WordIsInStopwordSet"
)

// cleaned are the functions that ask dictionaries of a module of the reference,
// which are not in a pickle (revscoring/languages/{english,portuguese}.py). They
// replace characters beyond U+FFFF.
var cleaned = map[string][]string{
	"revscoring.languages.english.safe_dictionary_check":    {"en_US", "en_GB", "en_AU"},
	"revscoring.languages.portuguese.safe_dictionary_check": {"pt_PT", "pt_BR"},
}

// split makes two lists of words; the halves are what features have.
func split(t *translation, n *node, args []*term) (*term, error) {
	f, err := n.function("dictionary_check")
	if err != nil {
		return nil, err
	}
	if !isSpelling(f) {
		return nil, unknown("the dictionary that " + f.name + " asks")
	}
	asked, err := dictionary(t, n, f)
	if err != nil {
		return nil, err
	}
	return call(".split", ".split", args[0], asked), nil
}

func half(function string) maker {
	return maker{[][]string{{".split"}}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return call(function, "strings", args[0].args...), nil
	}}
}

func isSpelling(f function) bool {
	return f.name == classEnchant || f.name == classSeveral || cleaned[f.name] != nil
}

func dictionary(t *translation, n *node, f function) (*term, error) {
	return t.asset(n, kindDictionary, [2]any{f.name, f.owner}, func() (*asset, error) {
		if tags := cleaned[f.name]; tags != nil {
			return dictionaryAsset(Dictionary{Tags: tags, ReplaceAstral: true}), nil
		}
		tags, err := t.tags(f)
		if err != nil {
			return nil, err
		}
		return dictionaryAsset(Dictionary{Tags: tags}), nil
	})
}

// tags are the languages of the dictionaries asked, in the order in which they are.
func (t *translation) tags(f function) ([]string, error) {
	fields, err := t.fields(f)
	if err != nil {
		return nil, err
	}
	if f.name == classEnchant {
		tag, err := fields.String("tag")
		return []string{tag}, err
	}
	dicts, err := fields.Items("dicts")
	if err != nil {
		return nil, err
	}
	tags := make([]string, len(dicts))
	for i, d := range dicts {
		of, err := t.fields(function{name: fmt.Sprintf("%s[%d]", fields.Path("dicts"), i), owner: d})
		if err != nil {
			return nil, err
		}
		if tags[i], err = of.String("tag"); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// filteredWords are words that a dictionary has or that are stop words, or are
// not; nil if the function is another.
func filteredWords(t *translation, n *node, items *term, include function, inverse bool) (*term, error) {
	var yes, no string
	var asked *term
	var err error
	switch {
	case isSpelling(include):
		yes, no = "spelled", "misspelled"
		asked, err = dictionary(t, n, include)
	case include.name == classStopword:
		yes, no = "stopwords", "non_stopwords"
		asked, err = stopwords(t, n, include)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if inverse {
		yes = no
	}
	return call(yes, "strings", items, asked), check(n.process.name+" by "+include.name, items, strs)
}

func stopwords(t *translation, n *node, include function) (*term, error) {
	fields, err := t.fields(include)
	if err != nil {
		return nil, err
	}
	set := fields.Get("stopword_set")
	return t.asset(n, kindWords, [2]any{set}, func() (*asset, error) {
		words, err := readStrings(set)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fields.Path("stopword_set"), err)
		}
		return wordsAsset(words), nil
	})
}

// stemmers are NLTK's functions, and their languages.
var stemmers = func() map[string]string {
	functions := map[string]string{}
	for _, language := range []string{"dutch", "english", "french", "german", "italian", "portuguese", "romanian", "russian", "spanish"} {
		functions["nltk.stem.snowball."+strings.ToUpper(language[:1])+language[1:]+"Stemmer.stem"] = language
	}
	return functions
}()

func stems(t *translation, apply function, items *term) (*term, error) {
	if err := check(apply.name, items, strs); err != nil {
		return nil, err
	}
	fields, err := t.fields(apply)
	if err != nil {
		return nil, err
	}
	if !isEmpty(fields.Get("stopwords")) {
		return nil, unknown(apply.name + " that leaves stop words alone")
	}
	return call("stems", "strings", items, stringTerm(stemmers[apply.name])), nil
}

func phrases(t *translation, n *node, args []*term) (*term, error) {
	fields, err := t.fields(n.process)
	if err != nil {
		return nil, err
	}
	processor := fields.Get("word_processor")
	made, err := t.asset(n, kindPhrases, [2]any{processor}, func() (*asset, error) {
		of, err := t.fields(function{name: fields.Path("word_processor"), owner: processor})
		if err != nil {
			return nil, err
		}
		list, err := phraseList(of)
		if err != nil {
			return nil, err
		}
		return phrasesAsset(list), nil
	})
	if err != nil {
		return nil, err
	}
	return call("phrases", "strings", args[0], made), nil
}

const wordCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

// phraseList are the phrases of flashtext's KeywordProcessor, as it returns them.
func phraseList(processor pickle.Fields) ([]string, error) {
	sensitive, err := processor.Bool("case_sensitive")
	if err != nil {
		return nil, err
	}
	if sensitive {
		return nil, unknown("phrases whose case matters")
	}
	inside, err := readStrings(processor.Get("non_word_boundaries"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", processor.Path("non_word_boundaries"), err)
	}
	if strings.Join(inside, "") != wordCharacters {
		return nil, unknown("phrases with boundaries of their own")
	}
	end, err := processor.String("_keyword")
	if err != nil {
		return nil, err
	}
	root, err := processor.Dict("keyword_trie_dict")
	if err != nil {
		return nil, err
	}
	return readTrie(root, end)
}

// readTrie reads the phrases of a trie of dicts by characters, whose ends are
// under the key end. It takes no stack and reads no dict twice: of a tree, there
// is none.
func readTrie(root *pickle.Dict, end string) ([]string, error) {
	type branch struct {
		begun string
		dict  *pickle.Dict
	}
	var found []string
	seen := map[*pickle.Dict]bool{root: true}
	waiting := []branch{{"", root}}
	for len(waiting) > 0 {
		at := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		for _, e := range at.dict.Entries {
			step, ok := e.Key.(string)
			if !ok {
				return nil, fmt.Errorf("keyword_trie_dict: has %s as a key", pickle.Kind(e.Key))
			}
			switch next := e.Value.(type) {
			case string:
				if step != end || string(stem.AppendLower(nil, next)) != at.begun {
					return nil, unknown("phrases that stand for others")
				}
				found = append(found, next)
			case *pickle.Dict:
				if utf8.RuneCountInString(step) != 1 || seen[next] || len(at.begun) > phrase.MaxPhrase {
					return nil, unknown("phrases that are no tree of characters")
				}
				seen[next] = true
				waiting = append(waiting, branch{at.begun + step, next})
			default:
				return nil, fmt.Errorf("keyword_trie_dict: has %s in it", pickle.Kind(next))
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

const hanziconv = "hanziconv.simplified"

// simplified replaces characters. The table is hanziconv's.
func simplified(t *translation, _ *node, args []*term) (*term, error) {
	pairs, ok := t.known.Conversions[hanziconv]
	if !ok {
		return nil, missing("conversion", hanziconv, "hanziconv's table of Chinese characters")
	}
	made, err := t.given(conversionAsset(pairs), hanziconv)
	if err != nil {
		return nil, err
	}
	return call("simplified", "text", args[0], made), nil
}
