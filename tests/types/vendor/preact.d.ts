// What htdocs/js uses of htm's standalone build of Preact.
type Setter<T> = (next: T | ((before: T) => T)) => void;
type Effect = () => void | (() => void);

export class Component<P = any, S = any> {
    constructor(props?: P);
    props: P & { children?: any };
    state: S;
    base: Element | null;
    setState(next: Partial<S> | ((before: S) => Partial<S>), after?: () => void): void;
    forceUpdate(after?: () => void): void;
    render(props: P, state: S): any;
}

export function html(strings: TemplateStringsArray, ...values: any[]): any;
export function h(type: any, props?: any, ...children: any[]): any;
export function render(tree: any, parent: Element, replace?: Element): void;
export function createContext<T>(initial: T): any;
export function useContext<T = any>(context: any): T;
export function useState(initial: null): [any, Setter<any>];
export function useState(initial: never[]): [any[], Setter<any[]>];
export function useState<T = any>(initial: T | (() => T)): [T, Setter<T>];
export function useReducer<S = any, A = any>(reduce: (state: S, action: A) => S, initial: S): [S, (action: A) => void];
export function useRef(initial: null): { current: any };
export function useRef<T = any>(initial?: T): { current: T };
export function useMemo<T>(make: () => T, inputs?: any[]): T;
export function useCallback<F extends (...all: any[]) => any>(call: F, inputs?: any[]): F;
export function useEffect(effect: Effect, inputs?: any[]): void;
export function useLayoutEffect(effect: Effect, inputs?: any[]): void;
export function useErrorBoundary(handle?: (error: any) => void): [any, () => void];
