//go:build !unix

package avro

// lock does nothing where there are no advisory locks of files.
func lock(string) (release func() error, err error) { return func() error { return nil }, nil }
