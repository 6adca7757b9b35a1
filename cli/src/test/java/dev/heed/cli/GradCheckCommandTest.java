package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.grad.Scale;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GradCheckCommandTest {
  /// Twice its operand, of which the backward knows nothing.
  private record Twice(Tensor x) implements Operation {
    @Override
    public List<Operand> operands() {
      return List.of(x);
    }

    @Override
    public Tensor forward(Run run) {
      return new Scale(x, 2).forward(run);
    }

    @Override
    public void backward(Tensor dy, Gradients gradients, Run run) {
      gradients.add(x, dy, run);
    }
  }

  @Test
  void gradcheck_everything_passes() {
    CommandResult result = CommandResult.of("gradcheck");

    assertThat(result.out().lines().filter(line -> line.contains("FAILED"))).isEmpty();
    assertThat(result.out().lines().reduce((_, last) -> last).orElseThrow())
        .matches("total \\d+ cases, \\d{4,} gradients, 0 failed");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void gradcheck_json_isAnObjectACase() {
    CommandResult result = CommandResult.of("gradcheck", "--json", "--only", "GELU");

    assertThat(result.out().lines().toList())
        .hasSize(2)
        .allMatch(line ->
            line.matches(
                "\\{\"operation\": \"Activate\", \"choice\": \"GELU_\\w+\", \"checked\": 42,"
                    + " \"largest\": [.0-9E-]+, \"ok\": true}"));
  }

  @Test
  void gradcheck_nothingChosen_isWrongUsageThatNamesWhatIsNear() {
    CommandResult wrong = CommandResult.of("gradcheck", "--only", "Sofcap");
    assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.err()).contains("contains 'Sofcap'; nearest are SoftCap");
    assertThat(CommandResult.of("gradcheck", "--only", "nonsense%%").err()).contains("some are ");
  }

  @Test
  void find_allModules_seesEveryOperationOfTheClassFiles() {
    Set<String> expected =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.heed")
                .stream()
                .filter(type -> type.isAssignableTo(Operation.class) && !type.isInterface())
                .map(JavaClass::getName)
                .filter(name -> !name.contains("Test$"))
                .collect(Collectors.toSet());
    assertThat(OperationClasses.find())
        .contains("dev.heed.attention.Attend", "dev.heed.grad.Project")
        .isEqualTo(expected);
  }

  @Test
  void check_brokenBackward_fails() {
    Tensor x = Tensor.of(new float[] {1, -2, 3, 4, -5, 6}, 2, 3);
    String out = check(List.of(GradCheckCase.of("on purpose", new Twice(x))), Set.of(), 1);

    assertThat(out)
        .contains("Twice", "on purpose", "FAILED operand 0 Tensor[2, 3]")
        .endsWith("1 failed" + System.lineSeparator());
  }

  @Test
  void check_operationWithoutACase_fails() {
    String covered = Scale.class.getName();
    Tensor x = Tensor.of(new float[] {1, -2, 3, 4, -5, 6}, 2, 3);
    List<GradCheckCase> cases = List.of(GradCheckCase.of("fine", new Scale(x, 3)));

    assertThat(check(cases, Set.of(covered), 0)).contains("0 failed");
    assertThat(check(cases, Set.of(covered, "dev.heed.New"), 1))
        .containsPattern("New +none +0 +- FAILED nothing checks it");
  }

  private static String check(List<GradCheckCase> cases, Set<String> operations, int code) {
    StringWriter text = new StringWriter();
    GradCheckCommand command = new GradCheckCommand();
    new CommandLine(command).setOut(new PrintWriter(text));
    assertThat(command.check(cases, operations)).isEqualTo(code);
    return text.toString();
  }
}
