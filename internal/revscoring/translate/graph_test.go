package translate

import "revscore/internal/pickle"

// The tests put features together by hand, as a pickle has them.

func global(name string) *pickle.Global {
	for i := len(name) - 1; i > 0; i-- {
		if name[i] == '.' {
			return &pickle.Global{Module: name[:i], Name: name[i+1:]}
		}
	}
	panic("a name without a module: " + name)
}

type attributes map[string]any

// object is one of a class.
func object(class string, has attributes) *pickle.Object {
	state := &pickle.Dict{}
	for name, value := range has {
		state.Entries = append(state.Entries, pickle.Entry{Key: name, Value: value})
	}
	return &pickle.Object{Class: global(class), State: state}
}

func reduced(function string, args ...any) *pickle.Object {
	return &pickle.Object{Class: global(function), Args: args, Reduced: true}
}

func bound(o any, method string) *pickle.Object { return reduced("builtins.getattr", o, method) }

func compiled(pattern string) *pickle.Object { return reduced("re._compile", pattern, int64(34)) }

func listOf(items ...any) *pickle.List { return &pickle.List{Items: items} }

func setOf(items ...any) *pickle.Set { return &pickle.Set{Items: items} }

// with adds attributes to an object.
func with(o *pickle.Object, has attributes) *pickle.Object {
	state := o.State.(*pickle.Dict)
	for name, value := range has {
		state.Entries = append(state.Entries, pickle.Entry{Key: name, Value: value})
	}
	return o
}

// datasource is one whose function stands by itself.
func datasource(name, function string, of ...any) *pickle.Object {
	return object("revscoring.datasources.datasource.Datasource", attributes{
		"name": name, "process": global(function), "dependencies": listOf(of...)})
}

// meta is a datasource or feature whose function is a method of its own.
func meta(name, class, method string, has attributes, of ...any) *pickle.Object {
	o := object(class, attributes{"name": name, "dependencies": listOf(of...)})
	return with(with(o, has), attributes{"process": bound(o, method)})
}

func given(name string) *pickle.Object {
	return datasource(name, "revscoring.dependencies.dependent.not_implemented")
}

func now() *pickle.Object    { return given("revision.text") }
func parent() *pickle.Object { return given("revision.parent.text") }

func aggregation(name, function, returns string, of any) *pickle.Object {
	return meta(name, "revscoring.features.meta.aggregators.AggregatorsScalar", "process",
		attributes{"returns": global("builtins." + returns), "func": global("builtins." + function)}, of)
}

func chars(name string, of any) *pickle.Object { return aggregation(name, "len", "float", of) }

func modifier(name, class, method, returns string, of ...any) *pickle.Object {
	return meta(name, "revscoring.features.feature."+class, method, attributes{"returns": global("builtins." + returns)}, of...)
}

func constantOf(name string, value any, returns string) *pickle.Object {
	return with(modifier(name, "Constant", "_process", returns), attributes{"value": value})
}

func tokensOf(of any) *pickle.Object {
	return datasource("tokenized", "revscoring.features.wikitext.datasources.tokenized._process_tokens", of)
}

func filter(name string, include, inverse any, of any) *pickle.Object {
	return meta(name, "revscoring.datasources.meta.filters.filter", "process", attributes{"include": include, "inverse": inverse}, of)
}

func wordsOf(of any, types ...any) *pickle.Object {
	in := object("revscoring.features.wikitext.datasources.tokenized.TokenIsInTypes", attributes{"types": setOf(types...)})
	return filter("words", bound(in, "filter"), false, tokensOf(of))
}

func mapping(name string, apply, of any) *pickle.Object {
	return meta(name, "revscoring.datasources.meta.mappers.map", "process", attributes{"apply": apply}, of)
}

func stemsBy(class string, stopwords ...any) *pickle.Object {
	stemmer := object("nltk.stem.snowball."+class, attributes{"stopwords": setOf(stopwords...)})
	return mapping("stems", bound(stemmer, "stem"), wordsOf(now(), "word"))
}

func finds(name string, group, exclude any) *pickle.Object {
	return meta(name, "revscoring.datasources.meta.extractors.regex", "process",
		attributes{"group_re": group, "exclude_re": exclude}, now())
}

func splitter(check any) *pickle.Object {
	return meta("a.dictionary.revision.dict_split", "revscoring.languages.features.dictionary.datasources.dict_splitter", "process",
		attributes{"dictionary_check": check}, wordsOf(now(), "word"))
}

func spelledBy(check any) *pickle.Object {
	return datasource("a.dictionary.revision.dict_words",
		"revscoring.languages.features.dictionary.datasources._process_dict_words", splitter(check))
}
