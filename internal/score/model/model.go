package model

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"revscore/internal/event"
	"revscore/internal/score/feature"
	"revscore/internal/score/tree"
)

// The kinds of model there are.
const (
	kindBoost = "gradient_boosting"
	kindRevID = "revid"
)

// Files larger than these are not what they are called.
const (
	maxCardBytes      = 1 << 20
	maxEstimatorBytes = 256 << 20
	maxOtherBytes     = 64 << 20
)

// Model is one loaded bundle. Nothing in it changes after [Load].
type Model struct {
	card     *card
	predict  predictor
	classes  [2]any    // bools or strings, as the score document predicts them
	keys     [2]string // the same, as it keys their probabilities
	features feature.List
	names    []string // of the features
	content  string   // see Content
	asked    []Dictionary
	examples []example
	info     json.RawMessage
}

// predictor is the part in which kinds differ: the probability of each class.
type predictor func(revID int64, values []float64) ([2]float64, error)

// Load reads the bundle in the folder dir of fsys and takes assets that another
// bundle has too from known. It does not run the examples; see [Model.Verify].
func Load(fsys fs.FS, dir string, known *Library) (*Model, error) {
	c, err := readCard(fsys, dir)
	if err != nil {
		return nil, err
	}
	m := &Model{card: c}
	for _, f := range c.Features {
		m.names = append(m.names, f.Name)
		m.features.Definitions = append(m.features.Definitions, feature.Definition{Name: f.Name, Expr: f.Expression})
	}
	if m.features.Assets, m.asked, err = known.read(fsys, dir, c); err != nil {
		return nil, err
	}
	// A feature that cannot be computed is found now, not at the first event.
	plan, err := feature.Compile(m.features)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join(dir, "model.yaml"), err)
	}
	switch {
	case plan.NeedsItem():
		m.content = ContentItem
	case plan.NeedsText() || plan.NeedsParent():
		m.content = ContentWikitext
	}
	switch c.Kind {
	case kindBoost:
		err = m.loadBoost(fsys, dir)
	case kindRevID:
		m.classes, m.predict = [2]any{false, true}, predictRevID
	}
	if err != nil {
		return nil, err
	}
	if !slices.Equal(c.Labels, m.classes[:]) {
		return nil, fmt.Errorf("%s: labels are %#v, the estimator's classes %#v", path.Join(dir, "model.yaml"), c.Labels, m.classes[:])
	}
	for i, class := range m.classes {
		m.keys[i] = fmt.Sprint(class)
	}
	if m.examples, err = readExamples(fsys, path.Join(dir, "examples.jsonl")); err != nil {
		return nil, err
	}
	if m.info, err = readInfo(fsys, path.Join(dir, "info.json")); err != nil {
		return nil, err
	}
	return m, nil
}

func readInfo(fsys fs.FS, name string) (json.RawMessage, error) {
	data, err := readFile(fsys, name, maxOtherBytes)
	if err != nil {
		return nil, err
	}
	var info map[string]any
	if err := json.Unmarshal(data, &info); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(info) == 0 {
		return nil, fmt.Errorf("%s: empty", name)
	}
	return data, nil
}

func (m *Model) loadBoost(fsys fs.FS, dir string) error {
	name := path.Join(dir, m.card.Estimator.File)
	data, err := readFile(fsys, name, maxEstimatorBytes)
	if err != nil {
		return err
	}
	if err := checkSum(name, data, m.card.Estimator.SHA256); err != nil {
		return err
	}
	boost, err := tree.ReadBoost(data)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if boost.Features() != len(m.card.Features) {
		return fmt.Errorf("%s: %d features, the card lists %d", name, boost.Features(), len(m.card.Features))
	}
	m.classes = boost.Classes()
	m.predict = func(_ int64, values []float64) ([2]float64, error) { return boost.Predict(values) }
	return nil
}

// checkSum compares a file with what the card says of it.
func checkSum(name string, data []byte, want string) error {
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); !strings.EqualFold(got, want) {
		return fmt.Errorf("%s: sha256 is %s, the card says %s", name, got, want)
	}
	return nil
}

// Name is the model's name within its wiki: "damaging".
func (m *Model) Name() string { return m.card.Name }

// Wiki is the database name of the wiki it answers for, or [AnyWiki].
func (m *Model) Wiki() string { return m.card.Wiki }

// Version is the original's version.
func (m *Model) Version() string { return m.card.Version }

// Features lists the names of the features whose values [Model.Score] takes, in
// order. It is empty for a model that needs nothing but the revision's id. The
// slice is the model's own: callers ask for it on every event and must not change
// it.
func (m *Model) Features() []string { return m.names }

// List is the same features, as they are computed.
func (m *Model) List() feature.List { return m.features }

// The content models of MediaWiki that features are defined on.
const (
	ContentWikitext = "wikitext"
	ContentItem     = "wikibase-item"
)

// Content is the content model that the texts must have; "" if the model asks for
// no text.
func (m *Model) Content() string { return m.content }

// Dictionaries lists those that the model asks. The caller must not change the
// slice.
func (m *Model) Dictionaries() []Dictionary { return m.asked }

// Changed says which dictionaries are not those that the model was made with, so
// that it may give other scores.
func (m *Model) Changed() []string {
	var list []string
	for _, d := range m.asked {
		if d.Changed() {
			list = append(list, fmt.Sprintf("dictionary %s (%s) has sha256 %s, model %s was made with %s: scores may differ", d.Tag, d.File, d.SHA256, m, d.Recorded))
		}
	}
	return list
}

// Info is the original's info tree, a JSON object.
func (m *Model) Info() json.RawMessage { return slices.Clone(m.info) }

func (m *Model) String() string { return m.card.Wiki + "." + m.card.Name }

// Score answers for one revision. values are those of [Model.Features], false
// being 0 and true 1. A value the model cannot take is a [*tree.ValueError].
func (m *Model) Score(revID int64, values []float64) (event.Score, error) {
	p, err := m.predict(revID, values)
	var ve *tree.ValueError
	if errors.As(err, &ve) {
		err = fmt.Errorf("%s: %w", m.names[ve.Index], err)
	}
	if err != nil {
		return event.Score{}, fmt.Errorf("score revision %d with %s: %w", revID, m, err)
	}
	// The reference takes the argmax, which is the first class of a tie.
	prediction := m.classes[0]
	if p[1] > p[0] {
		prediction = m.classes[1]
	}
	return event.Score{
		Prediction:  prediction,
		Probability: map[string]float64{m.keys[0]: p[0], m.keys[1]: p[1]},
	}, nil
}

// predictRevID is the test model of ORES (ores/scoring/models/rev_id_scorer.py):
// the last two digits of the id, reversed, over 100. It needs no text, so it
// shows whether everything around the models works. An id of one digit counts
// as having a 0 before it: 7 is "07", reversed 70.
func predictRevID(revID int64, values []float64) ([2]float64, error) {
	if revID <= 0 {
		return [2]float64{}, errors.New("a revision id is positive")
	}
	if len(values) != 0 {
		return [2]float64{}, fmt.Errorf("%d values for a model of no features", len(values))
	}
	digits := strconv.FormatInt(revID%100+100, 10) // "1" and the two digits
	tens, ones := float64(digits[2]-'0'), float64(digits[1]-'0')
	p := (10*tens + ones) / 100
	return [2]float64{1 - p, p}, nil
}

// readFile reads a file of at most limit bytes.
func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err // names the file already
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, limit)
	}
	return data, nil
}
