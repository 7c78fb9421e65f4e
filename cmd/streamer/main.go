// Command streamer scores every edit of every wiki as it happens.
//
// Reading run.go and then internal/score/pipeline.go top to bottom is reading
// the system: run.go builds the stages in the order of the event and stops them
// in that order, pipeline.go is the way of one event through them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first signal the default handling is back: a second Ctrl-C ends
	// a drain that takes too long for the person watching it.
	context.AfterFunc(ctx, stop)
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "streamer:", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "streamer",
		Short:         "Score every edit of every wiki, as it happens",
		SilenceUsage:  true, // a usage text after a broker error helps nobody
		SilenceErrors: true, // main prints them, once
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		newRunCommand(), newDemoCommand(), newCheckCommand(), newScoreCommand(),
		newModelsCommand(), newImportCommand(), newImportONNXCommand(), newConfigCommand(), newWikiCommand(), newVersionCommand(),
		newCacheCommand(), newDLQCommand(), newAuditCommand(), newBackfillCommand(), newSchemaCommand(),
	)
	return root
}
