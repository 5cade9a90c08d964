/** What the thread that compares passwords is asked. */
export interface CompareRequest {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface CompareAnswer {
  readonly id: number;
  readonly isRight: boolean;
}
