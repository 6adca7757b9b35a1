/// The parts that models are built of. A layer is a record of weights and other layers and holds
/// nothing else, so one layer serves many threads; what a call needs comes with its
/// [dev.heed.grad.Run].
package dev.heed.layer;
