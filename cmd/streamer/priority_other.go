//go:build !unix

package main

import "errors"

// lowestPriority has no means here.
func lowestPriority() error { return errors.New("this system has no way that is known here") }
