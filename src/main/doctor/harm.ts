/** What is wrong with the compression of a file. */
export interface UnpackHarm {
  /** Places where unpacking had to stop. */
  places: number
  /** It ended before its end. */
  cut: boolean
}
