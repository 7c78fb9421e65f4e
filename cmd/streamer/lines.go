package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// line is a line of input on its way to a worker.
type line struct {
	number int // from 1
	text   []byte
}

// eachLine works on lines on all cores and hands the results on in the order of the
// input: a bounded queue of promises, each kept by the worker that takes its line.
// Empty lines are passed over. The first error of done ends it.
func eachLine[T any](ctx context.Context, in io.Reader, work func(line) T, done func(number int, result T) error) error {
	return eachLineIdle(ctx, in, work, done, func() error { return nil })
}

// task is a line and where its result is awaited.
type task[T any] struct {
	line
	result chan T
}

// eachLineIdle is [eachLine] and calls idle whenever nothing is waited for.
func eachLineIdle[T any](ctx context.Context, in io.Reader, work func(line) T, done func(int, T) error, idle func() error) error {
	workers := runtime.GOMAXPROCS(0)
	todo := make(chan task[T])
	promises := make(chan task[T], 4*workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return promise(ctx, in, promises, todo) })
	for range workers {
		group.Go(func() error {
			for t := range todo {
				t.result <- work(t.line)
			}
			return nil
		})
	}
	group.Go(func() error { return redeem(ctx, promises, done, idle) })
	return group.Wait()
}

// promise makes a task of each line, for whoever awaits it and for a worker.
func promise[T any](ctx context.Context, in io.Reader, promises, todo chan<- task[T]) error {
	defer close(todo)
	defer close(promises)
	return readLines(ctx, in, func(l line) error {
		t := task[T]{l, make(chan T, 1)}
		select {
		case promises <- t:
		case <-ctx.Done():
			return ctx.Err()
		}
		todo <- t // a worker always takes it
		return nil
	})
}

// redeem awaits the results in their order.
func redeem[T any](ctx context.Context, promises <-chan task[T], done func(int, T) error, idle func() error) error {
	for t := range promises {
		select {
		case result := <-t.result:
			if err := done(t.number, result); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if len(promises) == 0 {
			if err := idle(); err != nil {
				return err
			}
		}
	}
	return nil
}

// readLines hands on every line that is not empty.
func readLines(ctx context.Context, in io.Reader, next func(line) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<20), maxLine)
	read := 0
	for lines.Scan() {
		read++
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		if err := next(line{read, bytes.Clone(text)}); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read input after line %d: %w (a line may have %d bytes)", read, err, maxLine)
	}
	return nil
}

// documents writes one JSON document a line for each line of input. What the input
// waits for is flushed: an idle pipe must not sit on results.
func documents[T any](ctx context.Context, in io.Reader, out io.Writer, work func(line) T) error {
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	flush := func() error {
		if err := w.Flush(); err != nil {
			return fmt.Errorf("write output: %w", err)
		}
		return nil
	}
	err := eachLineIdle(ctx, in, work, func(_ int, document T) error {
		if err := enc.Encode(document); err != nil {
			return fmt.Errorf("write output: %w", err)
		}
		return nil
	}, flush)
	if err != nil {
		return err
	}
	return flush()
}
