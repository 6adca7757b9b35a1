package dev.heed.cli;

import dev.heed.report.TrainingReport;
import dev.heed.report.TrainingReport.State;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed report`: the report of a training as a page.
@Command(
    name = "report",
    description = {
      "Writes the report of a training, report.html, into its folder.",
      "Prints the name of the file; it is complete in itself, for any browser."
    })
final class ReportCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", description = "The folder of a training.")
  private Path folder;

  @Override
  public void run() {
    spec.commandLine().getOut().println(TrainingReport.write(folder, State.ENDED));
  }
}
