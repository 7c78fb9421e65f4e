package sklearn

import (
	"fmt"
	"strconv"
	"strings"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
)

// object is the attributes of a scikit-learn object; of an estimator also what all
// estimators have.
type object struct {
	pickle.Fields
	class   string
	release release
	classes []any
}

func newObject(path string, v any) (object, error) {
	o, ok := v.(*pickle.Object)
	if !ok {
		return object{}, fmt.Errorf("%s: is %s, must be an estimator", path, pickle.Kind(v))
	}
	f, err := pickle.Attributes(o)
	if err != nil {
		return object{}, fmt.Errorf("%s: %w", path, err)
	}
	return object{Fields: f.Named(path), class: o.Class.Canonical()}, nil
}

// release is the scikit-learn that wrote an object.
type release struct{ major, minor int }

// The releases whose prediction this package knows.
var oldest, newest = release{0, 19}, release{1, 7}

func (r release) before(major, minor int) bool {
	return r.major < major || r.major == major && r.minor < minor
}

func releaseOf(o object) (release, error) {
	text, err := o.String("_sklearn_version")
	if err != nil {
		return release{}, err
	}
	parts := strings.SplitN(text, ".", 3)
	if len(parts) < 2 {
		return release{}, fmt.Errorf("%s: %q is no release", o.Path("_sklearn_version"), text)
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	r := release{major, minor}
	if err1 != nil || err2 != nil || r.before(oldest.major, oldest.minor) || newest.before(major, minor) {
		return release{}, fmt.Errorf("%s: scikit-learn %s is not known, only %d.%d to %d.%d",
			o.Path("_sklearn_version"), text, oldest.major, oldest.minor, newest.major, newest.minor)
	}
	return r, nil
}

// large is the size in bytes from which an array must not appear twice.
const large = 512

// maxFeatures bounds what an estimator may say itself.
const maxFeatures = 1 << 16

// width checks a number of features, or learns it.
func (r *reader) width(n int) error {
	if r.features == 0 && n > 0 && n <= maxFeatures {
		r.features = n
	}
	if n != r.features || n == 0 {
		return fmt.Errorf("has %d features, must have %d", n, r.features)
	}
	return nil
}

// array reads an array whose shape must be want; -1 stands for any length.
func (r *reader) array(o object, name string, want ...int) (*numpy.Array, error) {
	v, err := o.Value(name)
	if err != nil {
		return nil, err
	}
	a, err := numpy.ReadArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path(name), err)
	}
	fits := len(a.Shape) == len(want)
	for i := 0; fits && i < len(want); i++ {
		fits = want[i] == -1 || want[i] == a.Shape[i]
	}
	if !fits {
		return nil, fmt.Errorf("%s: has shape %v, must have %v", o.Path(name), a.Shape, want)
	}
	if data := a.Data(); len(data) > large {
		if r.seen[&data[0]] {
			return nil, fmt.Errorf("%s: is shared with another array", o.Path(name))
		}
		r.seen[&data[0]] = true
	}
	return a, nil
}

// floats reads an array of n numbers.
func (r *reader) floats(o object, name string, n int) ([]float64, error) {
	a, err := r.array(o, name, n)
	if err != nil {
		return nil, err
	}
	out, err := a.Floats()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path(name), err)
	}
	return out, nil
}

// perFeature reads an array of one number for each feature.
func (r *reader) perFeature(o object, name string) ([]float64, error) {
	out, err := r.floats(o, name, -1)
	if err == nil {
		err = r.named(o, name, len(out))
	}
	return out, err
}

// named is width with the name of what was measured.
func (r *reader) named(o object, name string, n int) error {
	if err := r.width(n); err != nil {
		return fmt.Errorf("%s: %w", o.Path(name), err)
	}
	return nil
}

// matrix reads rows of one number for each feature; -1 rows are any number.
func (r *reader) matrix(o object, name string, rows int) ([][]float64, error) {
	a, err := r.array(o, name, rows, -1)
	if err != nil {
		return nil, err
	}
	if err := r.named(o, name, a.Shape[1]); err != nil {
		return nil, err
	}
	return rowsOf(o, name, a)
}

// rowsOf cuts an array of two dimensions into its rows.
func rowsOf(o object, name string, a *numpy.Array) ([][]float64, error) {
	flat, err := a.Floats()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path(name), err)
	}
	out, n := make([][]float64, a.Shape[0]), a.Shape[1]
	for i := range out {
		out[i] = flat[i*n : (i+1)*n : (i+1)*n]
	}
	return out, nil
}

// number reads a Python or numpy number.
func number(o object, name string) (float64, error) {
	v, err := o.Value(name)
	if err != nil {
		return 0, err
	}
	v, err = numpy.Scalar(v)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", o.Path(name), err)
	}
	switch v := v.(type) {
	case float64:
		return v, nil
	case int64:
		return float64(v), nil
	}
	return 0, fmt.Errorf("%s: is %s, must be a number", o.Path(name), pickle.Kind(v))
}
