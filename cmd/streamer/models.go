package main

import (
	"errors"

	"github.com/spf13/cobra"

	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/models"
)

func newModelsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "models", Short: "List, show, verify and compare model bundles", Args: cobra.NoArgs,
		Long: "A bundle is a model with all that it needs but the system's spelling dictionaries: a folder, or\n" +
			"embedded:NAME for one in this program. A pattern as '/srv/models/*' stands for all bundles it fits.\n" +
			"A bundle is loaded with all its checksums, and must answer its recorded examples, or there is an error.\n" +
			"Dictionaries need not be installed where no text is asked.\n" +
			"streamer import makes bundles of model files.",
		Example: "  streamer models list '/srv/models/*'\n" +
			"  streamer models show models/enwiki.damaging\n" +
			"  streamer models diff models/enwiki.damaging models/next/enwiki.damaging --input revisions.jsonl",
		// With this, and only with it, an unknown subcommand is an error.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newListCommand(), newShowCommand(), newInfoCommand(), newVerifyCommand(), newDiffCommand())
	return cmd
}

// dictionaryFlag is that of every command that loads bundles.
func dictionaryFlag(cmd *cobra.Command, folders *[]string) {
	cmd.Flags().StringArrayVar(folders, "dictionaries", model.DictionaryFolders(), "folder of spelling dictionaries; may be repeated")
}

// loaded is a bundle and where it is: two versions of a model have one name.
type loaded struct {
	path string
	*model.Model
}

// loadEach loads bundles as the service does, each apart, also those that one pattern
// stands for: two versions of a model have one name, and a fault of one hides no
// other. The models that load are returned beside the faults.
func loadEach(bundles []string, known *model.Library) ([]loaded, error) {
	var list []loaded
	var errs []error
	for _, bundle := range bundles {
		paths, err := registry.Expand(bundle)
		if err != nil {
			errs = append(errs, err)
		}
		for _, path := range paths {
			m, err := registry.Load(models.FS, path, known)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			list = append(list, loaded{path, m})
		}
	}
	return list, errors.Join(errs...)
}

// loadUnasked loads bundles of which no text will be asked: their dictionaries need
// not be installed.
func loadUnasked(bundles []string) ([]loaded, error) {
	return loadEach(bundles, model.NewLibraryWithout())
}
