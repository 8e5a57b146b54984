import type { SchoolId, StudentId } from "@saku/protocol";

/** Tells open pages that something they show has changed. */
export type Changes = {
  onChild(student: StudentId, listener: () => void): () => void;
  onSchool(school: SchoolId, listener: () => void): () => void;
  childChanged(student: StudentId): void;
  schoolChanged(school: SchoolId): void;
};

type Listeners<Key> = Map<Key, Set<() => void>>;

function listen<Key>(all: Listeners<Key>, key: Key, listener: () => void): () => void {
  const own = all.get(key) ?? new Set();
  // A wrapper of its own, so that the same function may listen twice and stop once.
  const entry = (): void => listener();
  own.add(entry);
  all.set(key, own);
  return () => {
    own.delete(entry);
    if (own.size === 0 && all.get(key) === own) all.delete(key);
  };
}

function tell<Key>(all: Listeners<Key>, key: Key): void {
  // A copy: a listener may stop listening while it is told.
  for (const listener of Array.from(all.get(key) ?? [])) listener();
}

export function createChanges(): Changes {
  const children: Listeners<StudentId> = new Map();
  const schools: Listeners<SchoolId> = new Map();
  return {
    onChild: (student, listener) => listen(children, student, listener),
    onSchool: (school, listener) => listen(schools, school, listener),
    childChanged: (student) => tell(children, student),
    schoolChanged: (school) => tell(schools, school),
  };
}
