/// One call and what it carries: operations, the tape that can run them backwards, the probe that
/// can look at them.
///
/// [Run] is passed to every forward; a layer holds weights and nothing else.
package dev.heed.grad;
