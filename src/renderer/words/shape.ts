/** The words of one language take the shape of those of another. Topics of their own keep both languages in one file. */
export type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> }
