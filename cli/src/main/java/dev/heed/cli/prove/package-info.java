/// Proofs by training: claims about attention that small models show within minutes, with the
/// figure that is expected beside the one that came out.
///
/// A [dev.heed.cli.prove.Proof] is a JSON file beside this package: settings of a training,
/// variants over them, and what each is expected to reach.
package dev.heed.cli.prove;
