// Package numpy reads what numpy writes into pickles, without numpy: arrays, their
// types, and scalars.
//
// # What is read
//
// Bools, integers, floats of 32 and 64 bits and texts (<U5), in either byte order and
// in C or Fortran order; records with named fields, such as the nodes of a decision
// tree; arrays of objects. Arrays stand in a pickle in two forms: built empty and given
// a state (numpy.core.multiarray._reconstruct, protocols 2 to 4 and whatever is not
// contiguous), and made of a buffer (numpy.core.numeric._frombuffer, protocol 5). numpy 2
// calls the same functions numpy._core.
//
// Everything else is refused by name: complex and half floats, dates, bytes texts,
// sub-arrays, records in records, subclasses such as matrices.
//
// # Guarantees
//
// An [Array] is a view of the pickle's bytes, checked against its shape when it is read,
// so that reading one costs nothing and the getters, which copy, cannot run over. Numbers
// come out as they went in; an integer that a getter's type cannot hold is an error.
package numpy
