/// Looking inside models. A [Lens][dev.heed.lens.Lens] runs a model and keeps what stands at
/// [Sites][dev.heed.lens.Sites], in a [Trace][dev.heed.lens.Trace]; what it changes on the way is
/// an [Intervention][dev.heed.lens.Intervention], a value that is passed with the call. Models know
/// nothing of it.
package dev.heed.lens;
