// How routes are registered: a function for each resource of the API, given the service.
import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service/service.ts';

export type Routes = (app: FastifyInstance, service: Service) => void;

/** The path of everything that belongs to a space. */
export const SPACE_PATH = '/v1/spaces/:space';
