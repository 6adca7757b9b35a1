/// The `heed` command: [dev.heed.cli.Heed] and one class a subcommand.
///
/// Results go to standard output through `commandLine.getOut()`, everything else to standard error.
/// This package never mentions a vector type, so that it loads without the incubator module.
package dev.heed.cli;
