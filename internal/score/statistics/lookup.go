package statistics

import "bytes"

// LookupJSON returns the value at each path, a line of JSON each. A part of the
// tree that answers questions itself is as [Info.FormatJSON] shows it.
func (i *Info) LookupJSON(paths []string) ([]byte, error) {
	var lines [][]byte
	for _, path := range paths {
		v, err := i.Lookup(path)
		if err != nil {
			return nil, err
		}
		switch part := v.(type) {
		case node:
			v, err = part.formatJSON(noPaths)
		case *Thresholds:
			v, err = part.formatJSON(noPaths)
		}
		if err != nil {
			return nil, err
		}
		var w jsonWriter
		if err := w.value(v); err != nil {
			return nil, err
		}
		lines = append(lines, w.out)
	}
	return bytes.Join(lines, []byte("\n")), nil
}
