declare const unit: unique symbol;

/** A number that carries its unit in the type only; at run time it is the bare value. */
export type Branded<Base, Unit extends string> = Base & { readonly [unit]: Unit };
