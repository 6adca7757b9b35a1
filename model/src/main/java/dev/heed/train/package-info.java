/// Training: the weights of a model as parameters, optimisers, schedules, the loop, and the folder
/// of a run, from which it can go on as if it had never stopped.
package dev.heed.train;
