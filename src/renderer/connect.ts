import { type ClientContext, type ClientLink, createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { create } from 'zustand'
import { PORT_REQUEST } from '../shared/bridge.ts'
import type { Contract } from '../shared/contract.ts'

export type Client = ContractRouterClient<Contract>

/** `lost`: it was open before; a new attempt is on its way. */
export const useConnection = create<{ state: 'connecting' | 'open' | 'lost' }>(() => ({ state: 'connecting' }))

const FIRST_PAUSE = 300
const LONGEST_PAUSE = 10_000

/** Speaks to the host: through a message port in the desktop window, through a WebSocket in a browser. */
export function connect(): Client {
  return createORPCClient(window.caboteur ? portLink() : reconnectingLink(socketAddress()))
}

function portLink(): ClientLink<ClientContext> {
  const { port1, port2 } = new MessageChannel()
  const link = new PortLink({ port: port1 })
  window.postMessage(PORT_REQUEST, '*', [port2])
  port1.start()
  useConnection.setState({ state: 'open' })
  return link
}

function socketAddress(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`
}

/** A link that outlives its socket: calls go to the present one; a closed one is replaced after a growing pause. */
function reconnectingLink(address: string): ClientLink<ClientContext> {
  let failures = 0
  let present = dial()

  function dial(): ClientLink<ClientContext> {
    const socket = new WebSocket(address)
    socket.addEventListener('open', () => {
      failures = 0
      useConnection.setState({ state: 'open' })
    })
    socket.addEventListener('close', () => {
      useConnection.setState({ state: 'lost' })
      setTimeout(
        () => {
          present = dial()
        },
        Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures),
      )
      failures += 1
    })
    return new SocketLink({ websocket: socket })
  }

  return { call: (path, input, options) => present.call(path, input, options) }
}

function opened(signal: AbortSignal): Promise<void> {
  if (useConnection.getState().state !== 'lost' || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const settle = (): void => {
      forget()
      signal.removeEventListener('abort', settle)
      resolve()
    }
    const forget = useConnection.subscribe(({ state }) => {
      if (state === 'open') settle()
    })
    signal.addEventListener('abort', settle, { once: true })
  })
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

interface Follow<T> {
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>
  take: (value: T) => void
  /** Told of each failure before the next attempt. */
  failed?: (error: unknown) => void
}

/** Reads a stream of the host to its end, once, until the returned function is called. */
export function readOnce<T>({ open, take, failed, ended }: Follow<T> & { ended?: () => void }): () => void {
  const stop = new AbortController()
  const { signal } = stop
  async function run(): Promise<void> {
    try {
      for await (const value of await open(signal)) {
        if (signal.aborted) return
        take(value)
      }
      if (!signal.aborted) ended?.()
    } catch (error) {
      if (!signal.aborted) failed?.(error)
    }
  }
  void run()
  return () => stop.abort()
}

/** Keeps a stream of the host running, through errors and lost connections, until the returned function is called. */
export function follow<T>({ open, take, failed }: Follow<T>): () => void {
  const stop = new AbortController()
  const { signal } = stop

  async function run(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      await opened(signal)
      try {
        for await (const value of await open(signal)) {
          if (signal.aborted) return
          failures = 0
          take(value)
        }
      } catch (error) {
        if (!signal.aborted && useConnection.getState().state === 'open') failed?.(error)
      }
      if (signal.aborted) return
      await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures), signal)
      failures += 1
    }
  }

  void run()
  return () => stop.abort()
}
