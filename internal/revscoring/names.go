package revscoring

import (
	"fmt"
	"strings"

	"revscore/internal/pickle"
)

// A file could name anything where nobody looks, say the system's shell as the state of
// a random generator. Nothing of it is run, but it is no model that someone trained, and
// somebody may give the same file to Python next. So all names are judged, those in
// use and those that are thrown away.

// knownNames are single names, as [pickle.Global.Canonical] has them.
var knownNames = set(
	"_codecs.encode re._compile re.compile functools.partial mwtypes.timestamp.Timestamp",
	"copyreg._reconstructor copyreg.__newobj__",
	"collections.OrderedDict collections.defaultdict collections.Counter",
	"builtins.object builtins.bool builtins.int builtins.float builtins.complex builtins.str builtins.bytes builtins.bytearray",
	"builtins.tuple builtins.list builtins.dict builtins.set builtins.frozenset builtins.range builtins.slice",
	"builtins.len builtins.sum builtins.max builtins.min builtins.abs builtins.getattr builtins.NotImplemented",
	"numpy.ndarray numpy.dtype numpy.core.multiarray._reconstruct numpy.core.multiarray.scalar numpy.core.numeric._frombuffer",
	"numpy.bool numpy.bool_ numpy.int8 numpy.int16 numpy.int32 numpy.int64 numpy.uint8 numpy.uint16 numpy.uint32 numpy.uint64",
	"numpy.float16 numpy.float32 numpy.float64 numpy.str_ numpy.bytes_ numpy.object_",
	"numpy.random.__RandomState_ctor numpy.random.mtrand.RandomState numpy.random.bit_generator.SeedSequence",
	"numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
	"enchant.Dict enchant.Broker enchant.ProviderDesc enchant.DictWithPWL",
	"flashtext.keyword.KeywordProcessor",
)

// knownModules are modules of which any name may occur: those of scikit-learn's
// estimators, as they are called from 0.19 to 1.5, and of numpy's random generators.
var knownModules = set(
	"sklearn.ensemble.gradient_boosting sklearn.ensemble._gb sklearn.ensemble._gb_losses sklearn.ensemble.forest sklearn.ensemble._forest",
	"sklearn.tree.tree sklearn.tree._classes sklearn.tree._tree sklearn.linear_model.logistic sklearn.linear_model._logistic",
	"sklearn.naive_bayes sklearn.svm.classes sklearn.svm._classes sklearn.dummy",
	"sklearn.preprocessing.data sklearn.preprocessing._data sklearn.preprocessing.label sklearn.preprocessing._label",
	"sklearn._loss.loss sklearn._loss.link sklearn._loss._loss _loss",
	"numpy.random._pickle numpy.random._mt19937 numpy.random._pcg64 numpy.random._philox numpy.random._sfc64",
)

// knownPackages are those of which features, datasources and statistics are made.
// Whoever reads those knows each name or refuses it.
var knownPackages = strings.Fields(
	"revscoring.features revscoring.datasources revscoring.dependencies revscoring.languages revscoring.scoring " +
		"editquality.feature_lists articlequality.feature_lists draftquality.feature_lists drafttopic.feature_lists " +
		"deltas.segmenters deltas.tokenizers mwparserfromhell.nodes nltk.stem",
)

func set(lines ...string) map[string]bool {
	names := make(map[string]bool)
	for _, line := range lines {
		for _, name := range strings.Fields(line) {
			names[name] = true
		}
	}
	return names
}

// mostNames that an error tells.
const mostNames = 10

// checkNames refuses names that no model needs.
func checkNames(globals []*pickle.Global) error {
	var foreign []string
	more := ""
	for _, g := range globals {
		switch {
		case known(g):
		case len(foreign) == mostNames:
			more = " and others"
		default:
			foreign = append(foreign, fmt.Sprintf("%q", g.String()))
		}
	}
	if foreign == nil {
		return nil
	}
	return fmt.Errorf("the file names %s%s, which no model of revscoring needs: refused, and nothing in it was run", strings.Join(foreign, ", "), more)
}

func known(g *pickle.Global) bool {
	// A dot in a name asks for an attribute, and every module of Python has others as
	// attributes: revscoring.features.feature has numpy, which has os.
	if strings.Contains(g.Name, ".") {
		return false
	}
	name := g.Canonical()
	if knownNames[name] || knownModules[strings.TrimSuffix(name, "."+g.Name)] {
		return true
	}
	for _, p := range knownPackages {
		if strings.HasPrefix(name, p+".") {
			return true
		}
	}
	return false
}
