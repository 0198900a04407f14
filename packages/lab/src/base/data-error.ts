/** Faults in somebody's data, in one line that says where; the command line prints it and exits with code 2. */

/** Thrown for data that cannot be used: a missing or empty file, a broken line, a label the task does not know. */
export class DataError extends Error {
  override readonly name = "DataError";
}
